"""What films in boxes say of themselves in the way of 3GPP, which FFmpeg does not read.

iMovie writes its titles so, and screen recorders who made them.
"""

from collections.abc import Iterator
from typing import BinaryIO

from dam.core.content import Content

_NAMES = {
    b"titl": "title",
    b"auth": "author",
    b"perf": "artist",
    b"dscp": "description",
    b"cprt": "copyright",
}
_BOXES_LIMIT = 1000
_TEXT_LIMIT = 65536
_MAGIC = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_BEFORE_TEXT = 6
"""The version, flags, and the language."""


def user_data(content: Content) -> dict[str, str]:
    """Return the texts by the names of tags, nothing for what is not in boxes."""
    found: dict[str, str] = {}
    with content.open() as file:
        if file.read(8)[4:] not in _MAGIC:
            return found
        for movie in _boxes(file, b"moov", 0, content.size):
            for texts in _boxes(file, b"udta", *movie):
                for kind, name in _NAMES.items():
                    for start, end in _boxes(file, kind, *texts):
                        found.setdefault(name, _text(file, start, end))
    return {name: text for name, text in found.items() if text}


def _boxes(file: BinaryIO, wanted: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the boxes of a type that stand there begin and end, inside."""
    for _ in range(_BOXES_LIMIT):
        file.seek(start)
        head = file.read(16)
        size, inside = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, inside = int.from_bytes(head[8:], "big"), 16
        elif size == 0:
            size = end - start
        if len(head) < 8 or size < inside or start + size > end:
            return
        if head[4:8] == wanted:
            yield start + inside, start + size
        start += size


def _text(file: BinaryIO, start: int, end: int) -> str:
    file.seek(start + _BEFORE_TEXT)
    data = file.read(max(0, min(end - start - _BEFORE_TEXT, _TEXT_LIMIT)))
    if data[:2] == b"\xfe\xff":
        return data.decode("utf-16", "replace").partition("\0")[0]
    return data.partition(b"\0")[0].decode("utf-8", "replace")
