"""Metadata in a GIF: the extensions in front of the first picture."""

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.window import Window

_EXTENSIONS = 1000
_SUB_BLOCKS = 20_000
_XMP_LIMIT = 4 << 20
_TEXT_LIMIT = 10_000
_MAGIC_TRAILER = 258
"""XMP lies there as it is, and is followed by so many bytes that lead any reader to its end."""

_COMMENT, _APPLICATION = 0xFE, 0xFF


def read_gif(window: Window, blocks: Blocks) -> None:
    """Add XMP and the first comment."""
    flags = window.number(10, 1)
    offset = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    for _ in range(_EXTENSIONS):
        head = window.read_up_to(offset, 14)
        if len(head) < 3 or head[0] != 0x21:
            return
        is_xmp = head[1] == _APPLICATION and head[3:14] == b"XMP DataXMP"
        start = offset + (14 if is_xmp else 2)
        text, offset = _sub_blocks(window, start)
        if is_xmp and offset - start <= _XMP_LIMIT:
            blocks.add_xmp(window.read_up_to(start, offset - start - _MAGIC_TRAILER))
        elif head[1] == _COMMENT:
            blocks.add_text("Comment", text[:_TEXT_LIMIT].decode("utf-8", "replace"))


def _sub_blocks(window: Window, offset: int) -> tuple[bytes, int]:
    """Return what the sub-blocks hold together and where they end."""
    parts: list[bytes] = []
    for _ in range(_SUB_BLOCKS):
        size = window.number(offset, 1)
        if size == 0:
            return b"".join(parts), offset + 1
        parts.append(window.read_up_to(offset + 1, size))
        offset += 1 + size
    return b"".join(parts), window.size
