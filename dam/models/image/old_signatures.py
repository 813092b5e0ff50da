"""Signatures of picture formats that hardly anybody writes any more, yet that archives hold."""

import re
import struct
from collections.abc import Callable

_XBM = re.compile(rb"\s*+#define\s++\w*_width\s++\d++\s++#define\s++\w*_height\s++\d")
_FLIC = (0xAF11, 0xAF12)
_PALETTED = (1, 4, 8, 16, 24, 32)


def _xbm(head: bytes) -> str | None:
    is_bitmap = _XBM.match(head[:1024]) and re.search(rb"_bits\s*\[\s*\]\s*=", head[:2048])
    return "image/x-xbitmap" if is_bitmap else None


def _fits(head: bytes) -> str | None:
    return "image/fits" if head[:9] == b"SIMPLE  =" and head[10:30].strip() == b"T" else None


def _flic(head: bytes) -> str | None:
    if len(head) < 128:
        return None
    size, magic, frames, width, height, depth = struct.unpack_from("<IHHHHH", head)
    sane = magic in _FLIC and size >= 128 and frames and width and height and depth in (0, 8)
    return "image/x-flic" if sane else None


def _gimp_brush(head: bytes) -> str | None:
    return "image/x-gimp-gbr" if head[20:24] == b"GIMP" and head[4:8] == b"\0\0\0\2" else None


def _im(head: bytes) -> str | None:
    return "image/x-im" if head.startswith(b"Image type: ") and b"\n" in head[:100] else None


OLD_CHECKS: tuple[Callable[[bytes], str | None], ...] = (_xbm, _fits, _flic, _gimp_brush, _im)
"""Formats that tell themselves."""


def _dib(head: bytes) -> bool:
    """Tell a bitmap without a file header, as clipboards hold it."""
    if len(head) < 40:
        return False
    size, width, _, planes, bits = struct.unpack_from("<IiiHH", head)
    return size == 40 and width > 0 and planes == 1 and bits in _PALETTED


def _imt(head: bytes) -> bool:
    return head[:1] == b"*" and b"\nwidth " in head[:256]


def _spider(head: bytes) -> bool:
    """Tell an electron microscope's picture: its header is 27 and more floats with whole numbers."""
    if len(head) < 108:
        return False
    for order in ("<", ">"):
        values = struct.unpack_from(f"{order}27f", head)
        slices, rows, kind, records, columns, header, row = (values[i] for i in (0, 1, 4, 12, 11, 21, 22))
        whole = all(value == int(value) for value in (slices, rows, kind, columns) if abs(value) < 1e6)
        if whole and kind in (1, 3) and slices == 1 and 0 < rows < 1e6 and 0 < columns < 1e6:
            return bool(records >= 0 and header >= 0 and row >= 0)
    return False


OLD_BY_EXTENSION: dict[str, tuple[Callable[[bytes], bool], str]] = {
    "dib": (_dib, "image/x-dib"),
    "imt": (_imt, "image/x-imt"),
    "spider": (_spider, "image/x-spider"),
}
"""Formats that are too much like anything else to be told without their extension."""
