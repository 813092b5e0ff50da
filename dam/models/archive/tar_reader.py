"""Tar files, compressed or not, by the standard library."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from dam.models.archive.member import CHUNK_BYTES, ArchiveError, Member
from dam.models.archive.signatures import BZIPPED_TAR, GZIPPED_TAR, LZMA_TAR, TAR, XZIPPED_TAR

_OPEN: dict[str, Callable[[BinaryIO], Any]] = {
    GZIPPED_TAR: lambda file: gzip.GzipFile(fileobj=file),
    BZIPPED_TAR: bz2.BZ2File,
    XZIPPED_TAR: lzma.LZMAFile,
    LZMA_TAR: lzma.LZMAFile,
}


class TarReader:
    """A tar, read from its start to its end; going back means beginning anew."""

    def __init__(self, file: BinaryIO, media_type: str) -> None:
        self.is_sequential = media_type != TAR
        self._stream = _OPEN[media_type](file) if self.is_sequential else file
        self._tar: tarfile.TarFile | None = None
        self._next = 0

    def members(self, start: int = 0) -> Iterator[Member]:
        """Yield the regular files from a position on."""
        tar = self._at(start)
        while (info := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]  # It would keep them all.
            position = self._next
            self._next += 1
            if position >= start and info.isreg():
                name = info.name.encode("utf-8", "surrogateescape")
                yield Member(position, name, partial(_chunks, tar, info))
        self._require_end(tar)

    def close(self) -> None:
        """Close the decompressor."""
        if self.is_sequential:
            self._stream.close()

    def _at(self, start: int) -> tarfile.TarFile:
        if self._tar is None or start < self._next:
            self._stream.seek(0)
            self._next = 0
            self._tar = tarfile.open(  # noqa: SIM115 - it owns nothing: the stream is closed by `close`
                fileobj=self._stream, mode="r:", encoding="utf-8", errors="surrogateescape"
            )
        return self._tar

    def _require_end(self, tar: tarfile.TarFile) -> None:
        """Raise ArchiveError where a damaged header looks like the end to `tarfile`."""
        self._stream.seek(tar.offset)
        if self._stream.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise ArchiveError("damaged: after the last readable entry comes something else than the end")


def _chunks(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    file = tar.extractfile(info)
    if file is None:
        raise ArchiveError("has no content")
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
