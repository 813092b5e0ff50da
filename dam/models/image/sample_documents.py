"""Pictures of formats that Pillow does not write, made in code: SVG, camera RAW, Photoshop's, JPEG XL."""

import struct
from base64 import b64decode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_Fields = dict[int, tuple[int, tuple[int, ...] | bytes]]
"""By tag, the type and the values."""

_JPEG, _PLAIN = 7, 1
_CFA, _RGB = 32803, 6


def svg(*, size: str = 'width="64" height="48"', within: str = "") -> bytes:
    """Return a drawing of some shapes, with more markup in it."""
    shapes = (
        '<rect width="64" height="48" fill="#87b"/><circle cx="20" cy="18" r="12" fill="gold"/>'
        '<path d="M0 48 L30 20 L64 48 Z" fill="darkgreen"/><rect x="44" y="6" width="9" height="30"/>'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}{within}</svg>'.encode()


def dng(preview: bytes | None, preview_size: tuple[int, int], orientation: int = 1) -> bytes:
    """Return a RAW of 96 x 64 pixels that holds this JPEG as its preview."""
    width, height = 96, 64
    sensor = struct.pack(f"<{width * height}H", *(4 * (n % 1021) for n in range(width * height)))
    file = _Tiff()
    raw: _Fields = {
        254: (4, (0,)),
        256: (4, (width,)),
        257: (4, (height,)),
        258: (3, (16,)),
        259: (3, (_PLAIN,)),
        262: (3, (_CFA,)),
        273: (4, (file.add(sensor),)),
        277: (3, (1,)),
        278: (4, (height,)),
        279: (4, (len(sensor),)),
        33421: (3, (2, 2)),
        33422: (1, (0, 1, 1, 2)),
    }
    camera: _Fields = {
        271: (2, b"Sample\0"),
        272: (2, b"Sample One\0"),
        274: (3, (orientation,)),
        50706: (1, (1, 4, 0, 0)),
        50708: (2, b"Sample One\0"),
    }
    if preview is None:
        return file.finished({**raw, **camera})
    shown: _Fields = {
        254: (4, (1,)),
        256: (4, (preview_size[0],)),
        257: (4, (preview_size[1],)),
        258: (3, (8, 8, 8)),
        259: (3, (_JPEG,)),
        262: (3, (_RGB,)),
        273: (4, (file.add(preview),)),
        277: (3, (3,)),
        278: (4, (preview_size[1],)),
        279: (4, (len(preview),)),
        330: (4, (file.directory(raw),)),
    }
    return file.finished({**shown, **camera})


class _Tiff:
    """A TIFF that is written."""

    def __init__(self) -> None:
        self._data = bytearray(b"II*\0\0\0\0\0")

    def add(self, data: bytes) -> int:
        self._data += b"\0" * (len(self._data) % 2)
        start = len(self._data)
        self._data += data
        return start

    def directory(self, tags: _Fields) -> int:
        entries = b""
        for tag, (kind, values) in sorted(tags.items()):
            code = {1: "B", 3: "H", 4: "I"}.get(kind, "")
            data = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}{code}", *values)
            place = struct.pack("<I", self.add(data)) if len(data) > 4 else data.ljust(4, b"\0")
            entries += struct.pack("<HHI", tag, kind, len(values)) + place
        return self.add(struct.pack("<H", len(tags)) + entries + bytes(4))

    def finished(self, tags: _Fields) -> bytes:
        start = self.directory(tags)
        self._data[4:8] = struct.pack("<I", start)
        return bytes(self._data)


def photoshop(
    picture: "Image.Image", depth: int = 16, *, is_large: bool = False, packed: bool = False
) -> bytes:
    """Return an RGB picture as Photoshop's document, or as its large one, of 8 or 16 bits."""
    width, height = picture.size
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 2 if is_large else 1, 3, height, width, depth, 3)
    planes = [band.tobytes() for band in picture.split()]
    if depth == 16:
        planes = [bytes(one for byte in plane for one in (byte, byte)) for plane in planes]
    sections = bytes(4 + 4 + (8 if is_large else 4))
    if not packed:
        return header + sections + b"\0\0" + b"".join(planes)
    row = width * depth // 8
    rows = [_pack(plane[at : at + row]) for plane in planes for at in range(0, len(plane), row)]
    lengths = b"".join(len(one).to_bytes(4 if is_large else 2, "big") for one in rows)
    return header + sections + b"\0\1" + lengths + b"".join(rows)


def _pack(row: bytes) -> bytes:
    """Return a row as PackBits writes what does not repeat."""
    pieces = [row[at : at + 128] for at in range(0, len(row), 128)]
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


JPEG_XL = b64decode(
    "/woDQSQIBAEAdAFLKDPdhHUaXAc5+F5BQUFByQGIRAtVRZ0xY8wY40BAAZRuDAY2AoABhAACAIlyvFQCfuXm/////z9JkiRJkiRJ"
    "knQh7xLG2C8kAgCOhPk6mRKhfyt0bhChyTEicgU="
)
"""A ramp of 24 x 16 pixels."""
