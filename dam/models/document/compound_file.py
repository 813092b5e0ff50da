"""The streams of a compound file, in which Office kept documents until 2007."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

STREAM_LIMIT = 4 << 20
"""Bytes of a stream that are read."""

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_LAST = 0xFFFF_FFFA
"""From here on numbers of sectors mean something else."""
_TABLES_LIMIT = 4096
_ENTRIES_LIMIT = 10_000


class CompoundFile:
    """The streams that lie in the root, by name; raises struct.error where the file is not whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        header = self._at(0, _HEADER)
        shift, small_shift = struct.unpack_from("<2H", header, 30)
        first, _, self._small_below, first_small = struct.unpack_from("<4L", header, 48)
        if not header.startswith(_MAGIC) or shift not in (9, 12) or small_shift != 6:
            raise struct.error("no compound file")
        self._size, self._small_size = 1 << shift, 1 << small_shift
        self._tables = list(self._table_sectors(header))
        self._directory = b"".join(self._chain(first))
        self._small_table = b"".join(self._chain(first_small))
        self._root = self._entry(0)

    def stream(self, name: str) -> bytes | None:
        """Return a stream of the root, cut at the limit; None if there is none of this name."""
        waiting, seen = [self._root[2]], set[int]()
        while waiting and len(seen) < _ENTRIES_LIMIT:
            number = waiting.pop()
            if number >= _LAST or number in seen:
                continue
            seen.add(number)
            left, right, _, start, size = self._entry(number)
            if self._name(number) == name:
                return self._read(start, min(size, STREAM_LIMIT))
            waiting += (left, right)
        return None

    def _read(self, start: int, size: int) -> bytes:
        if size >= self._small_below:
            return b"".join(self._chain(start))[:size]
        small, found = b"".join(self._chain(self._root[3])), b""
        for _ in range(-(-size // self._small_size)):
            found += small[start * self._small_size : (start + 1) * self._small_size]
            (start,) = struct.unpack_from("<L", self._small_table, start * 4)
        return found[:size]

    def _entry(self, number: int) -> tuple[int, int, int, int, int]:
        """Return the entries to the left, to the right and below, and where the stream is, and its size."""
        left, right, below = struct.unpack_from("<3L", self._directory, number * 128 + 68)
        start, size = struct.unpack_from("<2L", self._directory, number * 128 + 116)
        return left, right, below, start, size

    def _name(self, number: int) -> str:
        return self._directory[number * 128 :][:64].decode("utf-16-le", "replace").partition("\0")[0]

    def _chain(self, sector: int) -> Iterator[bytes]:
        for _ in range(STREAM_LIMIT // self._size):
            if sector >= _LAST:
                return
            yield self._sector(sector)
            table, at = divmod(sector, self._size // 4)
            if table >= len(self._tables):
                raise struct.error("a sector that no table has")
            sector = struct.unpack("<L", self._at((self._tables[table] + 1) * self._size + at * 4, 4))[0]

    def _table_sectors(self, header: bytes) -> Iterator[int]:
        """Yield where the tables are that say which sector follows on which."""
        numbers = struct.unpack_from("<109L", header, 76)
        more = struct.unpack_from("<L", header, 68)[0]
        for _ in range(_TABLES_LIMIT):
            yield from (number for number in numbers if number < _LAST)
            if more >= _LAST:
                return
            *numbers, more = struct.unpack(f"<{self._size // 4}L", self._sector(more))  # type: ignore[assignment]

    def _sector(self, number: int) -> bytes:
        return self._at((number + 1) * self._size, self._size)

    def _at(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)
