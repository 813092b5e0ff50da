"""Metadata in a WebP: chunks of a RIFF file."""

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.window import Window

_CHUNKS = 10_000
_LIMIT = 4 << 20


def read_webp(window: Window, blocks: Blocks) -> None:
    """Add the chunks with EXIF and XMP."""
    offset = 12
    for _ in range(_CHUNKS):
        head = window.read_up_to(offset, 8)
        if len(head) < 8:
            return
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"EXIF":
            blocks.add_exif(window.read_up_to(offset + 8, min(size, _LIMIT)))
        elif head[:4] == b"XMP ":
            blocks.add_xmp(window.read_up_to(offset + 8, min(size, _LIMIT)))
        offset += 8 + size + size % 2
