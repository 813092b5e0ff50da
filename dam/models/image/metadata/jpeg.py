"""Metadata in a JPEG: the segments in front of the pixels."""

from collections.abc import Iterator

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.photoshop import read_resources
from dam.models.image.metadata.window import Window

_SEGMENTS = 1000
_GAP = 4096
"""How much that is no segment may stand between two of them."""

_EXIF = b"Exif\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_APP1, _APP13, _START_OF_SCAN, _END_OF_IMAGE = 0xE1, 0xED, 0xDA, 0xD9


def read_jpeg(window: Window, blocks: Blocks) -> None:
    """Add what the segments hold; those of Photoshop's resources are one resource list together."""
    resources: list[bytes] = []
    try:
        for marker, payload in _segments(window):
            _take(marker, payload, blocks, resources)
    finally:
        if resources:
            read_resources(Window.of(b"".join(resources)), blocks)


def _take(marker: int, payload: Window, blocks: Blocks, resources: list[bytes]) -> None:
    head = payload.read_up_to(0, len(_XMP))
    if marker == _APP1 and head.startswith(_EXIF):
        blocks.add_exif(payload.read_up_to(6, payload.size))
    elif marker == _APP1 and head == _XMP:
        blocks.add_xmp(payload.read(len(_XMP), payload.size - len(_XMP)))
    elif marker == _APP13 and head.startswith(_PHOTOSHOP):
        resources.append(payload.read(len(_PHOTOSHOP), payload.size - len(_PHOTOSHOP)))


def _segments(window: Window) -> Iterator[tuple[int, Window]]:
    offset = 2
    for _ in range(_SEGMENTS):
        head = window.read_up_to(offset, 4)
        if len(head) == 4 and head[0] != 0xFF:
            gap = window.read_up_to(offset, _GAP).find(b"\xff")
            if gap < 0:
                return
            offset += gap
            continue
        if len(head) < 4 or head[1] in (_START_OF_SCAN, _END_OF_IMAGE):
            return
        if head[1] == 0xFF or head[1] in _STANDALONE:
            offset += 1 if head[1] == 0xFF else 2
            continue
        length = int.from_bytes(head[2:], "big")
        if length < 2:
            return
        if head[1] in (_APP1, _APP13):
            yield head[1], window.part(offset + 4, length - 2)
        offset += 2 + length
