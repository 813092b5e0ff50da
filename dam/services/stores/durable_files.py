"""The few file operations that a durable store is made of. All of them raise OSError."""

import errno
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from dam.services.stores.file_system import FileSystem

_THREADS = 16
_MANY = 8
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def write_fully(files: FileSystem, descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data`, however few bytes the system takes at a time."""
    while data:
        written = files.write(descriptor, data)
        if written == len(data):
            return
        data = memoryview(data)[written:]


def fsync_files(files: FileSystem, paths: Sequence[str]) -> None:
    """Wait until all these files are on the disk, whoever wrote them and closed them since.

    A failed fsync must not be tried again on the same file: the kernel may have dropped the pages and
    marked them clean, so that the second one succeeds without the bytes (fsyncgate, 2018). A
    descriptor opened by name flushes what others wrote, and is told of their failed writing unless
    another descriptor was told before or the inode has left memory meanwhile.
    """
    if len(paths) < _MANY:
        for path in paths:
            _fsync_file(files, path)
        return
    # Side by side they share the file system's journal commits: half the time for 64 files, and no gain
    # for a few, which threads only cost more.
    with ThreadPoolExecutor(min(_THREADS, len(paths))) as pool:
        list(pool.map(partial(_fsync_file, files), paths))


def _fsync_file(files: FileSystem, path: str) -> None:
    descriptor = files.open(path, _READ)
    try:
        files.fsync(descriptor)
    finally:
        files.close(descriptor)


def fsync_directories(files: FileSystem, paths: Iterable[str]) -> None:
    """Wait until the entries of these directories are on the disk."""
    for path in sorted(paths):
        descriptor = files.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            files.fsync(descriptor)
        except OSError as error:
            # Some network file systems have no such thing as syncing a directory, and say so.
            if error.errno != errno.EINVAL:
                raise
        finally:
            files.close(descriptor)


def link_without_overwriting(files: FileSystem, existing: str, name: str) -> bool:
    """Give the file `existing` the further name `name`; return False if that name is taken.

    Where the file system has no hard links it is moved instead, which could only replace what came
    under this name within the last microsecond: the same bytes, since the name is their digest.
    """
    try:
        files.link(existing, name)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if look(files, name) is not None:
            return False
        files.rename(existing, name)
    return True


def link_aside(files: FileSystem, existing: str, name: str) -> bool:
    """Give whatever `existing` is the further name `name`; return False if only moving it is possible."""
    try:
        files.link(existing, name)
    except OSError as error:
        if error.errno in _NO_HARD_LINKS:  # Folders have none on any file system.
            return False
        raise
    return True


def look(files: FileSystem, path: str) -> os.stat_result | None:
    """Look at what has a name, None if nothing has it."""
    try:
        return files.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def discard_files(files: FileSystem, paths: Iterable[str]) -> None:
    """Remove temporary names that may have gone already; what is left on a failing disk is swept later."""
    for path in paths:
        with suppress(OSError):
            files.unlink(path)


def make_directory(files: FileSystem, path: str) -> bool:
    """Make one directory; return False if it is there already."""
    try:
        files.mkdir(path)
    except FileExistsError:
        return False
    return True


def make_directories_durably(files: FileSystem, path: str) -> None:
    """Make `path` and what is missing above it, and wait until all of it is on the disk."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        make_directory(files, directory)
    fsync_directories(files, {os.path.dirname(directory) for directory in missing})
