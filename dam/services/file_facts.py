"""What a file system says about a file without its being read."""

import os
import stat
from dataclasses import dataclass
from typing import Self

_KINDS = {
    stat.S_IFIFO: "is a named pipe",
    stat.S_IFSOCK: "is a socket",
    stat.S_IFLNK: "is a symbolic link",
    stat.S_IFDIR: "is a folder",
    stat.S_IFCHR: "is a character device",
    stat.S_IFBLK: "is a block device",
}


_FARTHEST = (1 << 63) - 1
"""In the year 2262: later moments, which file systems may hold, count as this one, in every database."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What must not change while a file is read. The size is in bytes, the times in ns since 1970."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """Return the facts that `status` holds."""
        mtime, ctime = _within_reach(status.st_mtime_ns), _within_reach(status.st_ctime_ns)
        return cls(status.st_size, mtime, ctime, status.st_ino, status.st_dev)


def _within_reach(nanoseconds: int) -> int:
    return max(-_FARTHEST, min(nanoseconds, _FARTHEST))


def why_not_regular(mode: int) -> str | None:
    """Return why a file of this `st_mode` cannot be content ("is a folder"), None if it can."""
    if stat.S_ISREG(mode):
        return None
    return _KINDS.get(stat.S_IFMT(mode), "is not a regular file")
