"""The directories of a TIFF, which is also the form that EXIF has: tags with typed values.

Only the directories that describe the picture are read, each at most once, so there is no loop to be
caught in. A value that cannot be read is left out, and costs only itself.
"""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from dam.models.image.metadata.window import MalformedError, Window

ENTRY_LIMIT = 1000
"""How many entries of a directory are read."""

VALUE_LIMIT = 1 << 16
"""The longest value that is read; XMP, IPTC and Photoshop's resources may be longer."""

OPAQUE_LIMIT = 1 << 12
"""The longest value without a type that is read: what cameras hide in longer ones is not understood."""

BLOCK_LIMIT = 4 << 20
NUMBER_LIMIT = 256
"""How many numbers of a list are taken."""

XMP, IPTC, PHOTOSHOP = 700, 33723, 34377
_BLOCKS = frozenset({XMP, IPTC, PHOTOSHOP})
_EXIF, _GPS, _INTEROPERABILITY = 0x8769, 0x8825, 0xA005


class Ratio(NamedTuple):
    """A rational number as it is stored; the denominator may be 0."""

    numerator: int
    denominator: int


class Large(NamedTuple):
    """A value too long to be read."""

    size: int


Single = int | float | Ratio
Value = Single | tuple[Single, ...] | str | bytes | Large
Tags = dict[int, Value]


@dataclass(frozen=True)
class Tiff:
    """The directories that describe the picture; those that are missing are empty."""

    main: Tags = field(default_factory=dict)
    exif: Tags = field(default_factory=dict)
    gps: Tags = field(default_factory=dict)
    interoperability: Tags = field(default_factory=dict)
    thumbnail: Tags = field(default_factory=dict)


_FORMATS = {
    1: "B",
    3: "H",
    4: "I",
    6: "b",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
_RATIONALS = {5: "I", 10: "i"}
_SIZES = {2: 1, 7: 1, 5: 8, 10: 8} | {kind: struct.calcsize(f"={code}") for kind, code in _FORMATS.items()}
_SHORT_LIST = 4
"""Lists of more bytes than this are taken as bytes."""


def read_tiff(window: Window) -> Tiff:
    """Read the main directory, those it points to and the thumbnail's.

    Raises MalformedError if there is no TIFF header. What is broken below is left out.
    """
    reader = _Reader(window)
    main, following = reader.directory(reader.first)
    exif, _ = reader.directory(main.get(_EXIF))
    gps, _ = reader.directory(main.get(_GPS))
    interoperability, _ = reader.directory(exif.get(_INTEROPERABILITY))
    thumbnail, _ = reader.directory(following)
    return Tiff(main, exif, gps, interoperability, thumbnail)


class _Reader:
    def __init__(self, window: Window) -> None:
        head = window.read(0, 8)
        if head[:2] not in (b"II", b"MM"):
            raise MalformedError("no TIFF header")
        self.window = window
        self.order = "<" if head[:2] == b"II" else ">"
        self.is_big = head[2:4] in (b"+\0", b"\0+")
        self.seen: set[int] = set()
        self.first: int = (
            self._number("Q", 8) if self.is_big else struct.unpack(f"{self.order}I", head[4:])[0]
        )

    def directory(self, offset: Value | None) -> tuple[Tags, int]:
        """Return the tags of the directory there and where the next one is, 0 if there is none."""
        if not isinstance(offset, int) or offset <= 0 or offset in self.seen:
            return {}, 0
        self.seen.add(offset)
        try:
            return self._directory(offset)
        except MalformedError:
            return {}, 0

    def _directory(self, offset: int) -> tuple[Tags, int]:
        entry_size = 20 if self.is_big else 12
        count = self._number("Q" if self.is_big else "H", offset)
        start = offset + (8 if self.is_big else 2)
        table = self.window.read_up_to(start, entry_size * min(count, ENTRY_LIMIT))
        layout = struct.Struct(f"{self.order}HHQ8s" if self.is_big else f"{self.order}HHI4s")
        tags: Tags = {}
        for tag, kind, length, inline in layout.iter_unpack(table[: len(table) // entry_size * entry_size]):
            try:
                value = self._value(tag, kind, length, inline)
            except MalformedError:
                continue
            if value is not None:
                tags.setdefault(tag, value)
        try:
            following = self._number("Q" if self.is_big else "I", start + entry_size * count)
        except MalformedError:
            following = 0
        return tags, following

    def _value(self, tag: int, kind: int, count: int, inline: bytes) -> Value | None:
        if kind not in _SIZES or count == 0:
            return None
        size = _SIZES[kind] * count
        if size > (BLOCK_LIMIT if tag in _BLOCKS else OPAQUE_LIMIT if kind == 7 else VALUE_LIMIT):
            return Large(size)
        if size <= len(inline):
            data = inline[:size]
        else:
            data = self.window.read(
                struct.unpack(f"{self.order}{'Q' if self.is_big else 'I'}", inline)[0], size
            )
        if kind == 2 and tag not in _BLOCKS:
            return text_of(data)
        if kind in (2, 7) or tag in _BLOCKS or (kind == 1 and count > _SHORT_LIST):
            return data
        return self._numbers(kind, min(count, NUMBER_LIMIT), data)

    def _numbers(self, kind: int, count: int, data: bytes) -> Value:
        if kind in _RATIONALS:
            parts = struct.unpack_from(f"{self.order}{2 * count}{_RATIONALS[kind]}", data)
            numbers: tuple[Single, ...] = tuple(map(Ratio, parts[::2], parts[1::2]))
        else:
            numbers = struct.unpack_from(f"{self.order}{count}{_FORMATS[kind]}", data)
        return numbers[0] if count == 1 else numbers

    def _number(self, code: str, offset: int) -> int:
        layout = struct.Struct(self.order + code)
        return int(layout.unpack(self.window.read(offset, layout.size))[0])


def text_of(data: bytes) -> str:
    """Return text up to the first NUL: UTF-8 if it can be that, else Western European."""
    data = data.partition(b"\0")[0]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
