"""Metadata in files that consist of boxes: JPEG 2000, JPEG XL, Canon's CR3, and HEIC and AVIF."""

from collections.abc import Iterator
from uuid import UUID

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.heif import read_items
from dam.models.image.metadata.tiff import Tags, Tiff, read_tiff
from dam.models.image.metadata.window import MalformedError, Window

_BOXES = 1000
_LIMIT = 4 << 20
_XMP = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
_JP2_EXIF = b"JpgTiffExif->JP2"
_CANON = UUID("85c0b687-820f-11e0-8111-f4ce462b6a48").bytes


def read_boxes(window: Window, blocks: Blocks) -> None:
    """Add what the outermost boxes hold."""
    for kind, box in boxes_in(window):
        if kind == b"meta":
            read_items(window, boxes_in(box.part(4)), blocks)
        elif kind == b"Exif":
            blocks.add_exif(box.read_up_to(4 + box.number(0, 4), _LIMIT))
        elif kind == b"xml ":
            blocks.add_xmp(box.read_up_to(0, _LIMIT))
        elif kind == b"uuid":
            _take(box, blocks)
        elif kind == b"moov":
            _read_canon(box, blocks)


def boxes_in(window: Window) -> Iterator[tuple[bytes, Window]]:
    """Yield the boxes that follow each other there, by type."""
    offset = 0
    for _ in range(_BOXES):
        head = window.read_up_to(offset, 16)
        if len(head) < 8:
            return
        size, start = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, start = int.from_bytes(head[8:], "big"), 16
        elif size == 0:
            size = window.size - offset
        if size < start:
            return
        yield head[4:8], window.part(offset + start, size - start)
        offset += size


def _take(box: Window, blocks: Blocks) -> None:
    name = box.read_up_to(0, 16)
    if name == _XMP:
        blocks.add_xmp(box.read_up_to(16, _LIMIT))
    elif name == _JP2_EXIF:
        blocks.add_exif(box.read_up_to(16, _LIMIT))


def _read_canon(movie: Window, blocks: Blocks) -> None:
    """Put together the directories that a CR3 keeps in boxes of their own."""
    for kind, box in boxes_in(movie):
        if kind == b"uuid" and box.read_up_to(0, 16) == _CANON:
            parts = {name: _directory(part) for name, part in boxes_in(box.part(16)) if name[:3] == b"CMT"}
            main, exif, gps = (parts.get(name, {}) for name in (b"CMT1", b"CMT2", b"CMT4"))
            blocks.tiff = blocks.tiff or Tiff(main, exif, gps)


def _directory(box: Window) -> Tags:
    try:
        return read_tiff(box).main
    except MalformedError:
        return {}
