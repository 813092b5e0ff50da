"""Which way up a picture is shown, read from metadata that is often broken."""

from typing import TYPE_CHECKING, BinaryIO

from dam.core.content import Content

if TYPE_CHECKING:
    from PIL import Image, ImageFile

_TAG = 0x0112
_CHUNKS = 1_000_000


def displayed_orientation(picture: "ImageFile.ImageFile", content: Content) -> int:
    """Return the EXIF orientation, 1 to 8, that is still to be applied to the decoded picture.

    It is 1 where the decoder applies it (TIFF, HEIC, RAW), where there is none, and where the metadata
    cannot be read: a picture must not fail for its metadata.
    """
    if picture.format in ("TIFF", "HEIF", "RAW"):
        return 1
    try:
        found = _stated(picture, content)
    except Exception:  # noqa: BLE001 - Pillow raises anything at all for malformed EXIF
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def turned_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return (width, height) after applying the orientation: 5 to 8 lay the picture on its side."""
    return (size[1], size[0]) if orientation >= 5 else size


def stored_box(
    box: tuple[int, int, int, int], size: tuple[int, int], orientation: int
) -> tuple[int, int, int, int]:
    """Return which part of the stored picture, once turned, is this part of the displayed one.

    Boxes are (left, top, right, bottom), `size` is that of the displayed picture.
    """
    left, top, right, bottom = box
    if orientation in (2, 3, 6, 7):
        left, right = size[0] - right, size[0] - left
    if orientation in (3, 4, 7, 8):
        top, bottom = size[1] - bottom, size[1] - top
    return (top, left, bottom, right) if orientation >= 5 else (left, top, right, bottom)


def turned(picture: "Image.Image", orientation: int) -> "Image.Image":
    """Return the picture as displayed: itself when nothing is to be turned."""
    from PIL.Image import Transpose

    method = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return picture if method is None else picture.transpose(method)


def _stated(picture: "ImageFile.ImageFile", content: Content) -> object:
    from PIL import Image

    if picture.format == "PNG" and not {"exif", "Raw profile type exif"} & picture.info.keys():
        # Pillow would decode the pixels here, only to see whether EXIF follows them.
        with content.open() as file:
            late = _exif_chunk(file)
        if late is not None:
            picture.info["exif"] = late
    return Image.Image.getexif(picture).get(_TAG)


def _exif_chunk(file: BinaryIO) -> bytes | None:
    """Return a PNG's eXIf chunk wherever it stands, reading only chunk headers."""
    file.seek(8)
    for _ in range(_CHUNKS):
        header = file.read(8)
        if len(header) < 8 or header[4:] == b"IEND":
            return None
        length = int.from_bytes(header[:4], "big")
        if header[4:] == b"eXIf":
            return file.read(min(length, 1 << 20))
        file.seek(length + 4, 1)
    return None
