"""Opening untrusted pictures with Pillow: known decoders only, limits first, errors in plain words."""

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from dam.core.content import HEAD_BYTES, Content
from dam.core.system import Unavailable
from dam.models.image.raw_signatures import BY_EXTENSION, OTHER_CAMERA
from dam.models.image.signatures import TIE_BREAKERS, media_type

if TYPE_CHECKING:
    from PIL import Image, ImageFile

PIXEL_LIMIT = 200_000_000
"""Pictures of more pixels are not decoded; their header is still measured."""

READ_BYTES = 1 << 22
"""What Pillow hands to a decoder at a time; its own 64 KiB cost a fiftieth of the time of a large JPEG."""

_DECODERS = {
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
    "image/icns": "ICNS",
    "image/jp2": "JPEG2000",
    "image/jpeg": "JPEG",
    "image/jxl": "JXL",
    "image/png": "PNG",
    "image/qoi": "QOI",
    "image/sgi": "SGI",
    "image/svg+xml": "SVG",
    "image/svg+xml-compressed": "SVG",
    "image/tiff": "TIFF",
    "image/vnd-ms.dds": "DDS",
    "image/vnd.adobe.photoshop": "PSD",
    "image/vnd.microsoft.icon": "ICO",
    "image/vnd.radiance": "HDR",
    "image/webp": "WEBP",
    "image/fits": "FITS",
    "image/x-canon-cr2": "RAW",
    "image/x-canon-cr3": "RAW",
    "image/x-dib": "DIB",
    "image/x-exr": "EXR",
    "image/x-flic": "FLI",
    "image/x-fuji-raf": "RAW",
    "image/x-gimp-gbr": "GBR",
    "image/x-im": "IM",
    "image/x-imt": "IMT",
    "image/x-jp2-codestream": "JPEG2000",
    "image/x-spider": "SPIDER",
    "image/x-xbitmap": "XBM",
    "image/x-dcx": "DCX",
    "image/x-msp": "MSP",
    "image/x-olympus-orf": "RAW",
    "image/x-panasonic-rw2": "RAW",
    "image/x-pcx": "PCX",
    "image/x-photoshop-large": "PSD16",
    "image/x-portable-bitmap": "PPM",
    "image/x-portable-floatmap": "PPM",
    "image/x-portable-graymap": "PPM",
    "image/x-portable-pixmap": "PPM",
    "image/x-sun-raster": "SUN",
    "image/x-tga": "TGA",
    "image/x-xpixmap": "XPM",
}
"""The Pillow decoder of each media type. Formats that need another program (EPS, WMF) are not here."""

_RAW_IN_TIFF = frozenset((*BY_EXTENSION.values(), OTHER_CAMERA))

_TAUGHT = {
    "EXR": "high_range",
    "HDR": "high_range",
    "JXL": "jpeg_xl",
    "PSD16": "photoshop",
    "RAW": "camera_raw",
    "SVG": "svg",
}
"""The modules of decoders that Pillow has to be taught."""

_NEW_SUBFILE_TYPE = 254
_DNG_VERSION = 50706
_BLOCK = 1 << 19
_CACHED_BLOCKS = 64


class DecodeError(ValueError):
    """The bytes are no picture that can be read; the message says why in a few words."""


@contextmanager
def opened(content: Content) -> Iterator["ImageFile.ImageFile"]:
    """Give the picture with its header read and its pixels not yet decoded.

    Whatever Pillow raises inside the block leaves it as a DecodeError, and so does a format that has
    no decoder here; a failing disk stays an OSError. Raises Unavailable for HEIC when its decoder is
    not installed.
    """
    with _plain_errors(), _strict_pillow(), content.open() as file:
        decoders = _decoders_of(file.read(HEAD_BYTES))
        file.seek(0)

        from PIL import Image

        # Without Pillow's own limit a picture too large to decode can still be measured.
        with _pillow_limit(None):
            picture = Image.open(file, formats=decoders)
            if _is_raw(picture):
                # Pillow would show its thumbnail as the picture.
                file.seek(0)
                picture = Image.open(file, formats=_taught("RAW"))
        if min(picture.size) < 1:
            raise DecodeError("damaged: it claims to have no pixels")
        with _pillow_limit(PIXEL_LIMIT):
            yield picture


def check_pixels(picture: "Image.Image") -> None:
    """Raise DecodeError if a picture has too many pixels to decode."""
    size = getattr(picture, "decoded_size", picture.size)
    if size[0] * size[1] > PIXEL_LIMIT:
        raise DecodeError(
            f"{size[0]} x {size[1]} pixels are more than the limit of {PIXEL_LIMIT // 1_000_000} megapixels"
        )


def _decoders_of(head: bytes) -> list[str]:
    found = media_type(head, TIE_BREAKERS)
    if found is None:
        raise DecodeError("not a known picture format")
    if found in _RAW_IN_TIFF:
        return _taught("RAW")
    if found not in _DECODERS:
        raise DecodeError(f"no decoder for {found}")
    if found in ("image/heic", "image/heif"):
        _learn_heif()
    if found == "image/vnd.microsoft.icon":
        # A cursor is an icon with another number in its header, but Pillow has a decoder of its own.
        return [_DECODERS[found], "CUR"]
    is_deep = found == "image/vnd.adobe.photoshop" and head[22:24] in (b"\0\x10", b"\0\x20")
    return _taught("PSD16" if is_deep else _DECODERS[found])


def _taught(name: str) -> list[str]:
    """Return the decoder of that name, once Pillow has it."""
    if name in _TAUGHT:
        import_module(f"dam.models.image.decoders.{_TAUGHT[name]}")
    return [name]


def _learn_heif() -> None:
    try:
        import pi_heif
    except ImportError as error:
        raise Unavailable("pi_heif", extra="image") from error
    pi_heif.register_heif_opener()


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Make a bomb an error, and keep Pillow's other warnings (about odd metadata) to itself."""
    from PIL import Image

    core = Image.core  # type: ignore[attr-defined]
    if core.get_blocks_max() < _CACHED_BLOCKS:
        # Reusing memory takes up to 20 % off a picture. In blocks of one small size, any picture can use
        # what any other has left, and no more than 32 MiB stay behind a picture of any size.
        core.set_block_size(_BLOCK)
        core.set_blocks_max(_CACHED_BLOCKS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


@contextmanager
def _pillow_limit(pixels: int | None) -> Iterator[None]:
    from PIL import Image

    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _is_raw(picture: "ImageFile.ImageFile") -> bool:
    """Tell camera RAW in a TIFF, whose own pictures are previews."""
    if picture.format != "TIFF":
        return False
    tags = picture.tag_v2  # type: ignore[attr-defined]
    return _DNG_VERSION in tags or _is_reduced(tags.get(_NEW_SUBFILE_TYPE))


def _is_reduced(subfile_type: object) -> bool:
    return isinstance(subfile_type, int) and bool(subfile_type & 1)


@contextmanager
def _plain_errors() -> Iterator[None]:
    # EINVAL is what a seek to the place a bogus offset names gives: the file's fault, not the disk's.
    try:
        yield
    except (DecodeError, Unavailable):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise DecodeError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """Say in a few words what Pillow's exception means."""
    said = " ".join(str(error).split())[:200]
    for kinds, part, reason in _reasons():
        if isinstance(error, kinds) and part in said.lower():
            return reason
    if isinstance(error, OSError | SyntaxError | ValueError | RuntimeError) and said:
        return f"damaged: {said[0].lower()}{said[1:]}"
    return f"damaged: the decoder gave up ({type(error).__name__})"


def _reasons() -> tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...]:
    """Return what an exception of these kinds with this in its message means; the first one counts."""
    from PIL import Image, UnidentifiedImageError

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    return (
        (MemoryError, "", "decoding it takes more memory than there is"),
        (bombs, "", f"a part of it has more pixels than the limit of {PIXEL_LIMIT // 1_000_000} megapixels"),
        (ValueError, "decompressed data too large", "a text in it inflates beyond the limit"),
        (ValueError, "too much memory used in text", "its texts inflate beyond the limit"),
        (UnidentifiedImageError, "", "its header cannot be read: damaged, or a variant that has no decoder"),
        (EOFError, "", "truncated: it ends too early"),
        (Exception, "truncated", "truncated: it ends too early"),
        (OSError, "decoder error -", "damaged: the decoder gave up on the pixels"),
    )
