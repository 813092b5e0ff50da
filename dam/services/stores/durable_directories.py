"""Directories in which a new name must survive a power cut."""

import os

from dam.services.stores.durable_files import fsync_directories, make_directory


class DirectoryGroup:
    """The directories that one group of new files touches, made durable together.

    A directory is on the disk only once its parent was synced, and that somebody made it says nothing
    about that: another process may be about to sync it, or was killed before it could. So the parent is
    synced by whoever uses a directory for the first time in this process: `known_durable` remembers.
    """

    def __init__(self, root: str, known_durable: set[str]) -> None:
        self._root = root
        self._known = known_durable
        self._used: set[str] = set()
        self._unsynced: set[str] = set()

    def ready(self, *names: str) -> str:
        """Make the directory at root/names if need be, note it as changed, and return its path."""
        path = self._root
        for name in names:
            parent, path = path, os.path.join(path, name)
            made = make_directory(path)
            if made or path not in self._known:
                self._unsynced.add(parent)
            self._used.add(path)
        self._unsynced.add(path)
        return path

    def sync(self) -> None:
        """Wait until every name noted so far is on the disk. Raises OSError."""
        fsync_directories(self._unsynced)
        self._known |= self._used
