"""Directories in which a new name must survive a power cut."""

from collections.abc import Sequence

from dam.services.stores.durable_files import make_directory
from dam.services.stores.file_system import FileSystem
from dam.services.stores.group_sync import GroupSync


class DirectoryGroup:
    """The directories that one group of new files touches, made durable together.

    A directory is on the disk only once its parent was synced, and that somebody made it says nothing
    about that: another process may be about to sync it, or was killed before it could. So the parent is
    synced by whoever uses a directory for the first time in this process: `known_durable` remembers.
    """

    def __init__(self, files: FileSystem, root: str, known_durable: set[str]) -> None:
        self._files = files
        self._root = root
        self._known = known_durable
        self._used: set[str] = set()
        self._unsynced: set[str] = set()

    def ready(self, *names: str) -> str:
        """Make the directory at root/names unless it is known, note it as changed, and return its path."""
        path = "/".join((self._root, *names))
        if not self._is_known(path):
            try:
                self._make(names, all_levels=False)
            except FileNotFoundError:
                self.make_again(*names)
        self._unsynced.add(path)
        return path

    def make_again(self, *names: str) -> None:
        """Make the directory at root/names and those above it, whatever was known about them."""
        self._make(names, all_levels=True)

    def _make(self, names: Sequence[str], *, all_levels: bool) -> None:
        path = self._root
        for name in names:
            parent, path = path, f"{path}/{name}"
            if not all_levels and self._is_known(path):
                continue
            if make_directory(self._files, path) or path not in self._known:
                self._unsynced.add(parent)
            self._unsynced.add(path)
            self._used.add(path)

    def _is_known(self, path: str) -> bool:
        return path in self._known or path in self._used

    def sync(self, group_sync: GroupSync) -> None:
        """Wait until every name noted so far is on the disk. Raises OSError."""
        group_sync.sync_directories(sorted(self._unsynced))
        self._known |= self._used
