"""Waiting for many files at once, in a way that loses no error."""

import errno
import os
import weakref
from collections.abc import Sequence

from dam.services.stores.durable_files import fsync_directories, fsync_files
from dam.services.stores.file_system import FileSystem

# One syncfs takes as long as two fsyncs where nobody else writes (0.3 ms against 1.4 ms for 8 files, 4 ms
# against 52 ms for 256), but it waits for what others have written, too: not worth it for a few files. See
# doc/decisions/0008-group-commit-with-syncfs.md.
MANY_FILES = 8
MANY_DIRECTORIES = 8
_UNAVAILABLE = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})


class GroupSync:
    """Makes the bytes or the names of a group durable, by one `syncfs` if there are many.

    Since Linux 5.8 syncfs reports every failed writing since its descriptor was opened, whoever wrote,
    so `watch` comes before the first byte. Each failure is reported once, and not only about the
    group at hand: after one, nothing that had been written by then may be believed any more.
    """

    def __init__(self, files: FileSystem, root: str) -> None:
        self._files = files
        self._root = root
        self._descriptor: int | None = None
        self._finalizer: weakref.finalize[..., GroupSync] | None = None
        self._available = True
        self.failed = False
        """Whether what was written before now may be lost, whatever a later sync says."""

    def watch(self) -> None:
        """Take notice of errors from now on. Raises OSError."""
        if self._descriptor is None:
            self._descriptor = self._files.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            # A worker gets a copy of the store with every batch, and nobody closes those.
            self._finalizer = weakref.finalize(self, self._files.close, self._descriptor)
            self._finalizer.atexit = False
            self.failed = False

    def close(self) -> None:
        """Stop watching."""
        if self._finalizer is not None:
            self._descriptor = None
            self._finalizer()
            self._finalizer = None

    def sync_files(self, paths: Sequence[str]) -> None:
        """Wait until the bytes of these files are on the disk. Raises OSError; discard them all then."""
        if not (len(paths) >= MANY_FILES and self._sync_everything()):
            fsync_files(self._files, paths)

    def sync_directories(self, paths: Sequence[str]) -> None:
        """Wait until the names in these directories are on the disk. Raises OSError."""
        if not (len(paths) >= MANY_DIRECTORIES and self._sync_everything()):
            fsync_directories(self._files, paths)

    def _sync_everything(self) -> bool:
        """Wait for the whole file system; return False where that is not to be had."""
        if self._descriptor is None or not self._available:
            return False
        # Until it has come back well: an interrupt must not make us forget that it failed.
        self.failed = True
        try:
            self._files.syncfs(self._descriptor)
        except OSError as error:
            if error.errno not in _UNAVAILABLE:
                raise
            self._available = False
        self.failed = False
        return self._available
