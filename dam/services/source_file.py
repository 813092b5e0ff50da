"""Read a user's file: only if it is a regular one, and only if it holds still.

Every OSError of the source becomes a SourceError here, so that a bad input never looks like a broken
store. Nothing is ever written to the source.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self, TypeVar

from dam.core.path_text import show_path
from dam.errors import SourceChanged, SourceError
from dam.services.deep_paths import open_path, stat_path
from dam.services.digests import Digests, digest_chunks
from dam.services.file_facts import FileFacts, why_not_regular
from dam.services.os_errors import source_error

CHUNK_BYTES = 1 << 20
ATTEMPTS = 3

# Without O_NONBLOCK a named pipe would hang the open, and /proc/kmsg the read.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY

Result = TypeVar("Result")


class NotRegular(SourceError):
    """The input is a folder, a symbolic link, a device, a pipe or a socket."""


class SourceFile:
    """A regular file of the user's, open for reading."""

    def __init__(self, path: bytes, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self.facts = self._facts_now()

    @classmethod
    @contextmanager
    def open(cls, path: bytes) -> Iterator[Self]:
        """Open the file at `path` for the length of a `with` block.

        Raises NotRegular for anything but a regular file (a symbolic link is not followed), and
        SourceUnreachable if it is not there or may not be read.
        """
        descriptor = _open(path)
        try:
            yield cls(path, descriptor)
        finally:
            os.close(descriptor)

    def chunks(self) -> Iterator[bytes]:
        """Yield the file from its start in buffers of at most 1 MiB.

        Raises SourceChanged, at the latest after the last buffer, if what was read is not one state
        of the file; SourceUnreachable if reading fails.
        """
        count = 0
        try:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            while chunk := os.read(self.descriptor, CHUNK_BYTES):
                count += len(chunk)
                if count > self.facts.size:
                    break  # A file that grows as fast as it is read would never end.
                yield chunk
        except OSError as error:
            raise source_error(error, self.path) from error
        self.check_unchanged()
        if count != self.facts.size:
            # Files of /proc and /sys: what they say and what they give are two things.
            raise self._changed("unstable size")

    def check_unchanged(self) -> None:
        """Raise SourceChanged if the file is no longer what it was when it was opened."""
        if self._facts_now() != self.facts:
            raise self._changed("changed while it was being read")

    def _facts_now(self) -> FileFacts:
        try:
            status = os.fstat(self.descriptor)
        except OSError as error:
            raise source_error(error, self.path) from error
        _require_regular(self.path, status.st_mode)
        return FileFacts.of(status)

    def _changed(self, reason: str) -> SourceChanged:
        return SourceChanged(f"cannot read: {show_path(self.path)}: {reason}")


def read_settled(
    path: bytes, read: Callable[[SourceFile], Result], *, attempts: int = ATTEMPTS
) -> tuple[FileFacts, Result]:
    """Open the file at `path`, give it to `read`, and return its facts with what `read` returns.

    When the file changes meanwhile, everything is done again, at most `attempts` times in all. `read`
    must be something that can be done twice, such as staging. Raises SourceError.
    """
    for attempt in range(1, attempts + 1):
        try:
            with SourceFile.open(path) as source:
                return source.facts, read(source)
        except SourceChanged:
            if attempt >= attempts:
                raise
    raise ValueError(f"attempts must be at least 1, not {attempts}")


def behind_link(path: bytes) -> bytes:
    """Return where the file at `path` really is, if the path itself is a symbolic link.

    For places that were added by following links, and only where what is read is compared with what
    was added.
    """
    return os.path.realpath(path) if os.path.islink(path) else path


def digest_file(path: bytes) -> Digests:
    """Return the digests of a file, read as one state of it. Raises SourceError."""
    return read_settled(path, lambda source: digest_chunks(source.chunks()))[1]


def _open(path: bytes) -> int:
    try:
        # Looked at first, because merely opening some devices does something (a watchdog, a tape);
        # looked at again on the descriptor, because only that one cannot be exchanged.
        _require_regular(path, stat_path(path).st_mode)
        return open_path(path, _FLAGS)
    except OSError as error:
        raise source_error(error, path) from error


def _require_regular(path: bytes, mode: int) -> None:
    reason = why_not_regular(mode)
    if reason is not None:
        raise NotRegular(f"cannot read: {show_path(path)}: {reason}")
