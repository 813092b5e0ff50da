"""`syncfs`: everything written to one file system is on the disk, with one system call."""

import errno
import os
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

_REPORTS_ERRORS_SINCE = (5, 8)
# By the number that statfs(2) gives. On others, FUSE, CIFS and overlays among them, syncfs does not wait for
# all that fsync waits for, or does not report what failed.
_TRUSTED = frozenset(
    {
        0xEF53,  # ext2, ext3, ext4
        0x58465342,  # xfs
        0x9123683E,  # btrfs
        0xF2F52010,  # f2fs
        0x01021994,  # tmpfs
    }
)
_STATFS_BYTES = 1024


def syncfs(descriptor: int) -> None:
    """Wait until everything on the file system of an open file is on the disk.

    It fails if any writing there has failed since `descriptor` was opened, once, and must not be
    tried again then. Raises OSError, with ENOSYS where that cannot be promised.
    """
    library = _library()
    if library is None or not _is_trusted(library, descriptor):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    _check(library.syncfs(descriptor))


def _is_trusted(library: "ctypes.CDLL", descriptor: int) -> bool:
    import ctypes

    # Its first field is the number; where that is narrower than a long, no number is recognised.
    status = ctypes.create_string_buffer(_STATFS_BYTES)
    _check(library.fstatfs(descriptor, status))
    return ctypes.c_long.from_buffer(status).value in _TRUSTED


def _check(result: int) -> None:
    if result:
        import ctypes

        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@cache
def _library() -> "ctypes.CDLL | None":
    """Return the C library if it has what it takes, and the kernel reports errors through it."""
    import ctypes

    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if os.uname().sysname != "Linux" or release is None:
        return None
    if (int(release[1]), int(release[2])) < _REPORTS_ERRORS_SINCE:
        return None
    library = ctypes.CDLL(None, use_errno=True)
    return library if hasattr(library, "syncfs") and hasattr(library, "fstatfs") else None
