"""The pages of a TIFF."""

import struct

from dam.models.image.metadata.window import MalformedError, Window
from dam.models.image.sequences.sequence import Sequence

PAGE_LIMIT = 65_535
_ENTRY_LIMIT = 1000
_NEW_SUBFILE_TYPE = 254
_REDUCED, _MASK = 1, 4


def counted(window: Window) -> Sequence:
    """Count the directories that follow each other, without those of smaller copies and masks."""
    order = "<" if window.read(0, 2) == b"II" else ">"
    is_big = struct.unpack(f"{order}H", window.read(2, 2))[0] == 43
    number, count = ("Q", "Q") if is_big else ("I", "H")
    entry = struct.Struct(f"{order}HH{number}{number}")
    offset = _unpacked(window, order + number, 8 if is_big else 4)
    pages, seen = 0, set[int]()
    while offset > 0 and offset not in seen and len(seen) < PAGE_LIMIT:
        seen.add(offset)
        try:
            entries = _unpacked(window, order + count, offset)
            start = offset + struct.calcsize(order + count)
            table = window.read(start, entry.size * min(entries, _ENTRY_LIMIT))
            kinds = [_first(order, raw) for tag, _, _, raw in _rows(entry, table) if tag == _NEW_SUBFILE_TYPE]
            pages += not any(kind & (_REDUCED | _MASK) for kind in kinds)
            offset = _unpacked(window, order + number, start + entry.size * entries)
        except MalformedError:
            break
    return Sequence(pages)


def _rows(entry: struct.Struct, table: bytes) -> "list[tuple[int, int, int, bytes]]":
    width = entry.size - 4
    raws = (table[at + 4 + width // 2 : at + entry.size] for at in range(0, len(table), entry.size))
    return [(*row[:3], raw) for row, raw in zip(entry.iter_unpack(table), raws, strict=True)]


def _first(order: str, raw: bytes) -> int:
    """Return a value of 4 bytes where it stands in place of an offset."""
    return int(struct.unpack(f"{order}I", raw[:4])[0])


def _unpacked(window: Window, layout: str, offset: int) -> int:
    return int(struct.unpack(layout, window.read(offset, struct.calcsize(layout)))[0])
