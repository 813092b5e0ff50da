"""Bounded reading of untrusted files: nothing outside a part, and not too much of all parts together."""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Self

READ_LIMIT = 32 << 20
"""How many bytes are read of one file, however often it refers to the same ones."""

STEP_LIMIT = 200_000
"""How often something is read of one file."""


class MalformedError(ValueError):
    """The bytes are not what they have to be, or more than is read of any file."""


@dataclass
class _Budget:
    """What may still be read."""

    bytes: int = READ_LIMIT
    steps: int = STEP_LIMIT

    def spend(self, count: int) -> None:
        """Take one step of so many bytes; raises MalformedError when they are used up."""
        self.bytes -= count
        self.steps -= 1
        if self.bytes < 0 or self.steps < 0:
            raise MalformedError("more metadata than is read of any file")


class Window:
    """A part of a file, read at offsets from its own start."""

    __slots__ = ("_budget", "_file", "_start", "size")

    def __init__(self, file: BinaryIO, size: int, start: int = 0, budget: _Budget | None = None) -> None:
        self._file = file
        self._start = start
        self._budget = budget or _Budget()
        self.size = size

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return bytes that are in memory, with a budget of their own."""
        return cls(BytesIO(data), len(data))

    def read(self, offset: int, count: int) -> bytes:
        """Return exactly so many bytes; raises MalformedError if they are not all there."""
        if offset < 0 or count < 0 or offset + count > self.size:
            raise MalformedError("it refers to bytes that are not there")
        self._budget.spend(count)
        self._file.seek(self._start + offset)
        data = self._file.read(count)
        if len(data) < count:
            raise MalformedError("it ends too early")
        return data

    def read_up_to(self, offset: int, count: int) -> bytes:
        """Return so many bytes, fewer where the part ends before."""
        return self.read(offset, min(count, self.size - offset)) if offset < self.size else b""

    def number(self, offset: int, count: int) -> int:
        """Return the unsigned number that so many bytes are, the most significant first."""
        return int.from_bytes(self.read(offset, count), "big")

    def part(self, offset: int, size: int | None = None) -> "Window":
        """Return what begins there, of this size or as much of it as there is."""
        rest = max(0, self.size - offset)
        size = rest if size is None else min(rest, size)
        return Window(self._file, size, self._start + offset, self._budget)
