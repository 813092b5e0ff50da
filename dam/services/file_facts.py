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
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def why_not_regular(mode: int) -> str | None:
    """Return why a file of this `st_mode` cannot be content ("is a folder"), None if it can."""
    if stat.S_ISREG(mode):
        return None
    return _KINDS.get(stat.S_IFMT(mode), "is not a regular file")
