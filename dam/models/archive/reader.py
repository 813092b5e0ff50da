"""Which reader an archive needs."""

from typing import BinaryIO

from dam.models.archive.member import ArchiveReader
from dam.models.archive.signatures import RAR, SEVEN_ZIP, ZIP


def open_reader(file: BinaryIO, media_type: str) -> ArchiveReader:
    """Return a reader of the archive in `file`, which has to stay open as long.

    Raises Unavailable if the library for this format is not installed, ArchiveError, and whatever else
    the library raises for what is damaged.
    """
    if media_type == ZIP:
        from dam.models.archive.zip_reader import ZipReader

        return ZipReader(file)
    if media_type in (SEVEN_ZIP, RAR):
        from dam.models.archive.libarchive_reader import LibarchiveReader

        return LibarchiveReader(file)
    from dam.models.archive.tar_reader import TarReader

    return TarReader(file, media_type)
