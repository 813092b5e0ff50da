"""Metadata in HEIC, AVIF and other HEIF: items of the types Exif and mime, wherever they lie."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.window import MalformedError, Window

_ITEMS = 20_000
_EXTENTS = 100
_LIMIT = 4 << 20
_HEADER = 12
"""Of an item's box: its size, type, version and flags."""


@dataclass
class _Cursor:
    """Numbers that follow each other."""

    window: Window
    offset: int = 0

    def number(self, size: int) -> int:
        found = self.window.number(self.offset, size) if size else 0
        self.offset += size
        return found


def read_items(file: Window, boxes: Iterable[tuple[bytes, Window]], blocks: Blocks) -> None:
    """Add the items of a file with EXIF and XMP, which the boxes of its meta box name."""
    parts = dict(boxes)
    if b"iinf" not in parts or b"iloc" not in parts:
        return
    wanted = dict(_items(parts[b"iinf"]))
    for item, data in _located(parts[b"iloc"], wanted.keys(), {0: file, 1: parts.get(b"idat")}):
        if wanted[item] == "exif" and len(data) > 4:
            blocks.add_exif(data[4 + int.from_bytes(data[:4], "big") :])
        elif wanted[item] == "xmp":
            blocks.add_xmp(data)


def _items(info: Window) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the items that are wanted, with what they are."""
    width = 2 if info.number(0, 1) == 0 else 4
    count = info.number(4, width)
    offset = 4 + width
    for _ in range(min(count, _ITEMS)):
        size = info.number(offset, 4)
        entry = info.read_up_to(offset, min(size, 256))
        if size < _HEADER or len(entry) < _HEADER + 8:
            return
        number = 2 if entry[8] < 3 else 4
        start = _HEADER + number + 2
        kind = entry[start : start + 4]
        item = int.from_bytes(entry[_HEADER : _HEADER + number], "big")
        if kind == b"Exif":
            yield item, "exif"
        elif kind == b"mime" and b"\0application/rdf+xml\0" in entry[start + 4 :] + b"\0":
            yield item, "xmp"
        offset += size


def _located(
    locations: Window, wanted: Container[int], sources: Mapping[int, Window | None]
) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of each item that is wanted, from the source of the number that it names."""
    version = locations.number(0, 1)
    sizes = locations.number(4, 2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    cursor = _Cursor(locations, 6)
    for _ in range(min(cursor.number(4 if version == 2 else 2), _ITEMS)):
        item = cursor.number(4 if version == 2 else 2)
        method = cursor.number(2) & 15 if version else 0
        cursor.number(2)
        base = cursor.number(base_size)
        extents: list[tuple[int, int]] = []
        for _ in range(min(cursor.number(2), _EXTENTS)):
            cursor.number(index_size if version else 0)
            extents.append((base + cursor.number(offset_size), cursor.number(length_size)))
        source = sources.get(method)
        if item in wanted and source is not None:
            try:
                yield item, b"".join(source.read(start, min(length, _LIMIT)) for start, length in extents)
            except MalformedError:
                continue
