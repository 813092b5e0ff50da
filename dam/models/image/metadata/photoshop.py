"""Photoshop's image resources: numbered blocks, in a PSD and within other formats."""

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.window import Window

_IPTC, _EXIF, _XMP, _IPTC_DIGEST = 0x0404, 0x0422, 0x0424, 0x0425
_SIGNATURES = (b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa")
_RESOURCES = 10_000
_LIMIT = 4 << 20


def read_resources(window: Window, blocks: Blocks) -> None:
    """Add the IPTC, EXIF and XMP that are among the resources."""
    offset = 0
    for _ in range(_RESOURCES):
        head = window.read_up_to(offset, 7)
        if len(head) < 7 or head[:4] not in _SIGNATURES:
            return
        name = (head[6] + 2) // 2 * 2  # With its length in front, and padded.
        start = offset + 6 + name
        size = window.number(start, 4)
        _take(int.from_bytes(head[4:6], "big"), window.part(start + 4, size), blocks)
        offset = start + 4 + size + size % 2


def _take(number: int, resource: Window, blocks: Blocks) -> None:
    if number not in (_IPTC, _EXIF, _XMP, _IPTC_DIGEST) or resource.size > _LIMIT:
        return
    data = resource.read(0, resource.size)
    if number == _IPTC:
        blocks.add_iptc(data)
    elif number == _EXIF:
        blocks.add_exif(data)
    elif number == _XMP:
        blocks.add_xmp(data)
    elif len(data) == 16 and any(data):
        blocks.iptc_digest = blocks.iptc_digest or data


def read_psd(window: Window, blocks: Blocks) -> None:
    """Add what a Photoshop document holds in the second of its sections."""
    start = 26 + 4 + window.number(26, 4)
    read_resources(window.part(start + 4, window.number(start, 4)), blocks)
