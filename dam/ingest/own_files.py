"""The library's own folders and files, which are never added to it."""

import os
import stat
from dataclasses import dataclass

from dam.services.deep_paths import open_path

OURS = "is part of the library itself"

Identity = tuple[int, int]
"""A file or folder by device and inode."""

_ROOM = (b"", b"-wal", b"-shm", b"-journal")


def identity(status: os.stat_result) -> Identity:
    """Return what tells a file or folder from every other one, whatever it is called."""
    return status.st_dev, status.st_ino


@dataclass(frozen=True)
class OwnFiles:
    """What belongs to the library and may lie among the user's files: the store, the database."""

    folders: frozenset[Identity]
    database: bytes | None
    """Path of the SQLite file; what SQLite keeps beside it counts too."""

    def is_own(self, status: os.stat_result) -> bool:
        """Tell whether a folder belongs to the store, or a file that is one."""
        return (status.st_dev, status.st_ino) in self.folders

    def holds(self, path: bytes, status: os.stat_result) -> bool:
        """Return whether `path` is a folder of ours or lies in one, by whatever name it is reached.

        Raises OSError.
        """
        if self.is_own(status):
            return True
        start = path if stat.S_ISDIR(status.st_mode) else os.path.dirname(path) or b"."
        descriptor = open_path(start, os.O_PATH | os.O_DIRECTORY)
        try:
            here = os.fstat(descriptor)
            while not self.is_own(here):
                above = os.open("..", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = above
                below, here = here, os.fstat(descriptor)
                if identity(below) == identity(here):
                    return False
            return True
        finally:
            os.close(descriptor)

    def is_target(self, link: bytes, target: os.stat_result) -> bool:
        """Return whether a symbolic link leads to something that `holds` says true for. Raises OSError."""
        # A slash leads to the folder itself; the path of a file must be that of the file.
        return self.holds(link + b"/" if stat.S_ISDIR(target.st_mode) else os.path.realpath(link), target)

    def files(self) -> frozenset[Identity]:
        """Return the database's files that exist at this moment."""
        if self.database is None:
            return frozenset()
        found = (_identity_at(self.database + suffix) for suffix in _ROOM)
        return frozenset(one for one in found if one is not None)


class DatabaseFiles:
    """The database's files as they are now, without looking for them in every folder.

    SQLite makes and removes its log as it goes, but only beside the database; elsewhere only another
    name of the database itself can turn up.
    """

    def __init__(self, own: OwnFiles) -> None:
        self._own = own
        self._folder = _identity_at(os.path.dirname(own.database) or b".") if own.database else None
        self._files = own.files()

    def in_folder(self, folder: Identity | None) -> frozenset[Identity]:
        """Return what a folder may hold of them."""
        if folder is not None and folder == self._folder:
            self._files = self._own.files()
        return self._files


def _identity_at(path: bytes) -> Identity | None:
    try:
        return identity(os.stat(path))
    except OSError:
        return None
