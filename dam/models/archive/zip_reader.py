"""ZIP files, by the standard library."""

import stat
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from dam.models.archive.member import CHUNK_BYTES, ArchiveError, Member

_ENCRYPTED = 0x01
_IS_UTF8 = 0x800


class ZipReader:
    """A ZIP file; its members can be read in any order."""

    is_sequential = False

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file)

    def members(self, start: int = 0) -> Iterator[Member]:
        """Yield the files from a position of the directory on."""
        entries = self._zip.infolist()
        for position in range(start, len(entries)):
            info = entries[position]
            if not info.is_dir() and not _is_special(info):
                yield Member(position, _name(info), partial(self._chunks, info))

    def close(self) -> None:
        """Forget the directory."""
        self._zip.close()

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveError("encrypted")
        with self._zip.open(info) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


def _is_special(info: zipfile.ZipInfo) -> bool:
    """Tell whether an entry of a Unix system is a link or a device."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind not in (0, stat.S_IFREG)


def _name(info: zipfile.ZipInfo) -> bytes:
    """Return the very bytes that `zipfile` has decoded."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _IS_UTF8 else "cp437")
