"""IPTC IIM: data sets of a record number, a number, and a text."""

from contextlib import suppress

from dam.models.image.metadata.window import MalformedError, Window

_DATA_SETS = 10_000
_TEXT_LIMIT = 1 << 16
_CHARACTER_SET = (1, 90)
_IS_UTF8 = b"\x1b%G"

Iptc = dict[tuple[int, int], list[str]]
"""Texts by record and number, as often as they are there."""


def read_iptc(data: bytes) -> Iptc:
    """Return the texts of the first two records; where it is broken, what stands before."""
    sets: list[tuple[tuple[int, int], bytes]] = []
    with suppress(MalformedError):
        _collect(Window.of(data), sets)
    is_utf8 = any(key == _CHARACTER_SET and value.startswith(_IS_UTF8) for key, value in sets)
    found: Iptc = {}
    for key, value in sets:
        if key != _CHARACTER_SET:
            found.setdefault(key, []).append(_text(value, is_utf8))
    return found


def _collect(window: Window, sets: list[tuple[tuple[int, int], bytes]]) -> None:
    offset = 0
    for _ in range(_DATA_SETS):
        head = window.read_up_to(offset, 5)
        if len(head) < 5 or head[0] != 0x1C:
            return
        size, start = int.from_bytes(head[3:], "big"), offset + 5
        if size & 0x8000:  # The length has a length of its own.
            width = size & 0x7FFF
            if width > 4:
                return
            size, start = window.number(start, width), start + width
        if head[1] in (1, 2) and size <= _TEXT_LIMIT and not (head[1] == 2 and head[2] == 0):
            sets.append(((head[1], head[2]), window.read(start, size)))
        offset = start + size


def _text(value: bytes, is_utf8: bool) -> str:
    """Return a text in the character set that is named, else UTF-8 if it can be that."""
    value = value.rstrip(b"\0")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("utf-8" if is_utf8 else "cp1252", "replace")
