"""The library's own folders and files, which are never added to it, and what is never moved into it."""

import os
import stat
from dataclasses import dataclass, field

from dam.services.deep_paths import open_path
from dam.services.stores.marker import MARKER

OURS = "is part of the library itself"
STORE = "is the store of another library, and is not moved"
IN_STORE = "is in the store of another library, and is not moved"

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
    settings: Identity | None = field(default=None, kw_only=True)
    """The `.env` that says where the library is. It may be added, but not moved."""
    moving: bool = field(default=False, kw_only=True)
    """Whether what is not left out here will be deleted: then the settings count, and others' stores."""

    def is_own(self, status: os.stat_result) -> bool:
        """Tell whether a folder belongs to the store, or a file that is one."""
        return (status.st_dev, status.st_ino) in self.folders

    def is_stores(self, folder: int) -> bool:
        """Tell whether an open folder is a store of some library, out of which nothing is to be moved."""
        if not self.moving:
            return False
        try:
            os.stat(MARKER, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        return True

    def claim(self, path: bytes, status: os.stat_result) -> str | None:
        """Return why `path` is not for us to take, by whatever name it is reached; None if it is.

        It is a folder of ours or of another store, or lies in one. Raises OSError.
        """
        if self.is_own(status):
            return OURS
        start = path if stat.S_ISDIR(status.st_mode) else os.path.dirname(path) or b"."
        descriptor = open_path(start, os.O_PATH | os.O_DIRECTORY)
        try:
            here = os.fstat(descriptor)
            while not self.is_own(here):
                if self.is_stores(descriptor):
                    return IN_STORE
                above = os.open("..", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = above
                below, here = here, os.fstat(descriptor)
                if identity(below) == identity(here):
                    return None
            return OURS
        finally:
            os.close(descriptor)

    def claim_on_target(self, link: bytes, target: os.stat_result) -> str | None:
        """Return what `claim` says of that to which a symbolic link leads. Raises OSError."""
        # A slash leads to the folder itself; the path of a file must be that of the file.
        return self.claim(link + b"/" if stat.S_ISDIR(target.st_mode) else os.path.realpath(link), target)

    def files(self) -> frozenset[Identity]:
        """Return the files that are not to be taken and that exist at this moment: those of the database."""
        suffixes = _ROOM if self.database is not None else ()
        found = {identity_at((self.database or b"") + suffix) for suffix in suffixes}
        if self.moving:
            found.add(self.settings)
        return frozenset(one for one in found if one is not None)


class DatabaseFiles:
    """The database's files as they are now, without looking for them in every folder.

    SQLite makes and removes its log as it goes, but only beside the database; elsewhere only another
    name of the database itself can turn up.
    """

    def __init__(self, own: OwnFiles) -> None:
        self._own = own
        self._folder = identity_at(os.path.dirname(own.database) or b".") if own.database else None
        self._files = own.files()

    def in_folder(self, folder: Identity | None) -> frozenset[Identity]:
        """Return what a folder may hold of them."""
        if folder is not None and folder == self._folder:
            self._files = self._own.files()
        return self._files


def identity_at(path: bytes) -> Identity | None:
    """Return what lies at a path, links followed; None if nothing can be seen there."""
    try:
        return identity(os.stat(path))
    except OSError:
        return None
