"""7z and RAR, by libarchive, if that is installed."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, BinaryIO

from dam.core.system import Unavailable
from dam.models.archive.member import ArchiveError, Member

_BLOCK_BYTES = 1 << 18


class LibarchiveReader:
    """An archive that libarchive reads from its start to its end; going back means beginning anew."""

    is_sequential = True

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._stack = ExitStack()
        self._entries: Iterator[Any] | None = None
        self._next = 0
        self._library()

    def members(self, start: int = 0) -> Iterator[Member]:
        """Yield the regular files from a position on."""
        for entry in self._at(start):
            position = self._next
            self._next += 1
            if position >= start and entry.isreg and not entry.islnk:
                yield Member(position, _name(entry), partial(entry.get_blocks, _BLOCK_BYTES))

    def close(self) -> None:
        """Free what libarchive holds."""
        self._entries = None
        self._stack.close()

    def _at(self, start: int) -> Iterator[Any]:
        if self._entries is None or start < self._next:
            self.close()
            self._file.seek(0)
            reader = self._library().stream_reader(self._file, filter_name="none", block_size=_BLOCK_BYTES)
            self._entries = iter(self._stack.enter_context(reader))
            self._next = 0
        return self._entries

    def _library(self) -> Any:
        try:
            import libarchive
        except ModuleNotFoundError:
            raise Unavailable("libarchive", extra="archive") from None
        except Exception as error:
            # The wheel finds the system's library when it is imported, or does not.
            raise ArchiveError(f"the system's libarchive cannot be used: {error}") from error
        return libarchive


def _name(entry: Any) -> bytes:
    name = entry.pathname
    return name if isinstance(name, bytes) else (name or "").encode("utf-8", "surrogateescape")
