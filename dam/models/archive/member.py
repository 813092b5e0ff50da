"""What is in an archive, and how it is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK_BYTES = 1 << 20


class ArchiveError(Exception):
    """An archive, or one of its members, cannot be read; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    position: int
    """Its number among all entries of the archive, also those that are no files: names may be there twice."""
    path: bytes
    """The name as it stands in the archive. It is data, and never becomes a path of this machine."""
    chunks: Callable[[], Iterator[bytes]]
    """Gives the bytes; to be called once at most, and before the next member is asked for.

    Raises ArchiveError, and whatever else the library that reads the format raises.
    """


class ArchiveReader(Protocol):
    """An open archive."""

    @property
    def is_sequential(self) -> bool:
        """Tell whether a member costs reading all that stands before it."""
        ...

    def members(self, start: int = 0) -> Iterator[Member]:
        """Yield the files from a position on; folders, links and devices are left out.

        Asking again from where the last call has ended costs nothing. Raises ArchiveError, and
        whatever else the library that reads the format raises.
        """
        ...

    def close(self) -> None:
        """Let go of whatever is open."""
        ...
