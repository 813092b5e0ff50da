"""The few file operations that a durable store is made of. All of them raise OSError."""

import errno
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

_THREADS = 16
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


def write_fully(descriptor: int, data: bytes) -> None:
    """Write all of `data`, however few bytes the system takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def fsync_all(descriptors: Sequence[int]) -> None:
    """Wait until all these files are on the disk.

    A failed fsync must not be tried again on the same file: the kernel may have dropped the pages and
    marked them clean, so that the second one succeeds without the bytes (fsyncgate, 2018).
    """
    if len(descriptors) <= 1:
        for descriptor in descriptors:
            os.fsync(descriptor)
        return
    # Side by side they share the file system's journal commits: half the time for 64 files.
    with ThreadPoolExecutor(min(_THREADS, len(descriptors))) as pool:
        list(pool.map(os.fsync, descriptors))


def fsync_directories(paths: Iterable[str]) -> None:
    """Wait until the entries of these directories are on the disk."""
    for path in sorted(paths):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # Some network file systems have no such thing as syncing a directory, and say so.
            if error.errno != errno.EINVAL:
                raise
        finally:
            os.close(descriptor)


def link_without_overwriting(existing: str, name: str) -> bool:
    """Give the file `existing` the further name `name`; return False if that name is taken.

    Where the file system has no hard links it is moved instead, which could only replace what came
    under this name within the last microsecond: the same bytes, since the name is their digest.
    """
    try:
        os.link(existing, name, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if os.path.lexists(name):
            return False
        os.rename(existing, name)
    return True


def make_directory(path: str) -> bool:
    """Make one directory; return False if it is there already."""
    try:
        os.mkdir(path)
    except FileExistsError:
        return False
    return True


def make_directories_durably(path: str) -> None:
    """Make `path` and what is missing above it, and wait until all of it is on the disk."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        make_directory(directory)
    fsync_directories({os.path.dirname(directory) for directory in missing})
