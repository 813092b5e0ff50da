"""The system calls that a local store is made of, so that its protocol can also run on a simulated disk."""

import os
from fcntl import flock
from io import BufferedReader, BytesIO
from typing import Protocol

from dam.services.stores.whole_file_system import syncfs


class FileSystem(Protocol):
    """What the protocol asks of the system. Every call raises OSError, and means what its namesake means."""

    def open(self, path: str, flags: int, mode: int = ..., /) -> int:
        """Open or create a file or folder and return its descriptor."""
        ...

    def close(self, descriptor: int, /) -> None:
        """Let go of a descriptor."""
        ...

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Write some of `data` and return how much."""
        ...

    def reader(self, descriptor: int, /) -> BufferedReader | BytesIO:
        """Give a file that reads from a descriptor, and closes it."""
        ...

    def fchmod(self, descriptor: int, mode: int, /) -> None:
        """Set who may do what."""
        ...

    def fsync(self, descriptor: int, /) -> None:
        """Wait until one file, or the names in one folder, are on the disk."""
        ...

    def syncfs(self, descriptor: int, /) -> None:
        """Wait until everything on the file system of an open file is on the disk.

        It fails if any writing there has failed since `descriptor` was opened. Raises ENOSYS where
        that cannot be promised.
        """
        ...

    def drop_pages(self, path: str, /) -> None:
        """Let the memory go in which the system keeps the bytes of a file that is on the disk."""
        ...

    def flock(self, descriptor: int, operation: int, /) -> None:
        """Lock an open file or folder."""
        ...

    def fstat(self, descriptor: int, /) -> os.stat_result:
        """Look at what is open."""
        ...

    def lstat(self, path: str, /) -> os.stat_result:
        """Look at what has a name, not at what that leads to."""
        ...

    def listdir(self, path: str, /) -> list[str]:
        """Give the names in a folder."""
        ...

    def mkdir(self, path: str, mode: int = ..., /) -> None:
        """Make a folder."""
        ...

    def rmdir(self, path: str, /) -> None:
        """Remove an empty folder."""
        ...

    def link(self, existing: str, name: str, /) -> None:
        """Give a file, or whatever is no folder, one more name."""
        ...

    def rename(self, old: str, new: str, /) -> None:
        """Move a name, over what is there."""
        ...

    def unlink(self, path: str, /) -> None:
        """Take a name away."""
        ...


class SystemCalls:
    """The file system of this machine. No call costs more than it does in `os`."""

    open = staticmethod(os.open)
    close = staticmethod(os.close)
    write = staticmethod(os.write)
    fchmod = staticmethod(os.fchmod)
    fsync = staticmethod(os.fsync)
    syncfs = staticmethod(syncfs)
    flock = staticmethod(flock)
    fstat = staticmethod(os.fstat)
    lstat = staticmethod(os.lstat)
    listdir = staticmethod(os.listdir)
    mkdir = staticmethod(os.mkdir)
    rmdir = staticmethod(os.rmdir)
    rename = staticmethod(os.rename)
    unlink = staticmethod(os.unlink)

    @staticmethod
    def reader(descriptor: int) -> BufferedReader | BytesIO:
        """Give a file that reads from a descriptor, and closes it."""
        return os.fdopen(descriptor, "rb")

    @staticmethod
    def drop_pages(path: str) -> None:
        """Advise the system that nobody is about to read a file."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)

    @staticmethod
    def link(existing: str, name: str) -> None:
        """Link, and not through a symbolic link."""
        os.link(existing, name, follow_symlinks=False)


THIS_SYSTEM: FileSystem = SystemCalls()
