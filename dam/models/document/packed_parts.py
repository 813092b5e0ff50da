"""The parts of a document that is a ZIP file, unpacked in memory and within limits."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from dam.core.content import Content
from dam.models.document.budget import Allotment
from dam.models.document.document_error import DocumentError

if TYPE_CHECKING:
    from zipfile import ZipFile

_PARTS_LIMIT = 20_000
_DIRECTORY_LIMIT = 16 << 20
_CHUNK = 1 << 16
_END = struct.Struct("<4s4H2LH")
_END_WITHIN = 65_536 + _END.size
_METHODS = (0, 8)
"""Stored and deflated."""


class Parts:
    """The parts by name."""

    def __init__(self, archive: "ZipFile") -> None:
        self._archive = archive
        self._allotment = Allotment()
        self.names = dict.fromkeys(archive.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part; raises DocumentError if there is none or it is not to be had."""
        try:
            found = self._archive.getinfo(name)
        except KeyError:
            raise DocumentError(f"damaged: it has no part {name[:100]}") from None
        if found.flag_bits & 1:
            raise DocumentError("encrypted: it needs a password")
        if found.compress_type not in _METHODS:
            raise DocumentError("damaged: packed by a method that documents do not use")
        with self._archive.open(found) as file:
            while chunk := file.read(_CHUNK):
                self._allotment.take(len(chunk))
                yield chunk

    def read(self, name: str) -> bytes:
        """Return a part as a whole."""
        return b"".join(self.chunks(name))


@contextmanager
def opened_parts(content: Content) -> Iterator[Parts]:
    """Give the parts of a document; whatever is wrong with the file leaves it as DocumentError."""
    import zipfile

    with content.open() as file:
        _check_size(file, content.size)
        try:
            with zipfile.ZipFile(file) as archive:
                yield Parts(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError) as error:
            raise DocumentError("damaged: not a whole ZIP file") from error
        except (UnicodeDecodeError, ValueError, OverflowError) as error:
            raise DocumentError("damaged: its list of parts makes no sense") from error


def _check_size(file: BinaryIO, size: int) -> None:
    """Raise DocumentError if the list of parts would not fit, before anything reads it."""
    file.seek(max(0, size - _END_WITHIN))
    tail = file.read(_END_WITHIN)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        raise DocumentError("damaged: not a whole ZIP file")
    fields = _END.unpack_from(tail, at)
    if fields[4] > _PARTS_LIMIT or fields[5] > _DIRECTORY_LIMIT:
        raise DocumentError(f"too large: it has more than {_PARTS_LIMIT} parts")
    file.seek(0)
