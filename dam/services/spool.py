"""Bytes on their way, in memory while they are few, and else in a file without a name."""

import os
import tempfile
from collections.abc import Iterable
from io import BytesIO
from types import TracebackType
from typing import BinaryIO, Self

from dam.core.content import Content
from dam.services.os_errors import store_errors

_IN_MEMORY = 8 << 20


class Spool:
    """Bytes that are read again soon; nothing is left of them once it is closed, or its process ends."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self.size = 0

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> Self:
        """Return a spool of all these bytes. What the iterable raises passes through."""
        spool = cls()
        try:
            for chunk in chunks:
                spool.write(chunk)
        except BaseException:
            spool.close()
            raise
        return spool

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end. Raises NoSpace and StoreError."""
        with store_errors("cannot write", f"a temporary file in {tempfile.gettempdir()}"):
            self._file.write(chunk)
        self.size += len(chunk)

    def content(self) -> Content:
        """Return all of it, readable as often as wanted until it is closed."""
        with store_errors("cannot write", f"a temporary file in {tempfile.gettempdir()}"):
            self._file.flush()
        return Content(open=self._reopen, size=self.size)

    def close(self) -> None:
        """Let go of the bytes."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _reopen(self) -> BinaryIO:
        if self.size > _IN_MEMORY:
            return open(f"/proc/self/fd/{self._file.fileno()}", "rb", opener=_open)
        self._file.seek(0)
        data = self._file.read()
        self._file.seek(0, os.SEEK_END)
        return BytesIO(data)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC)
