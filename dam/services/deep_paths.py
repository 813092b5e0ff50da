"""Open and stat paths of any length, also those that are longer than the kernel takes at once."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST = 4095
"""PATH_MAX on Linux without the NUL."""


def open_path(path: bytes, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
    """Open `path`, however long, and return a descriptor that no child process inherits.

    Components on the way may be symbolic links; whether the last one may is up to O_NOFOLLOW in
    `flags`. Raises OSError, also for a path with a NUL in it.
    """
    if _is_short(path):
        return os.open(path, flags | os.O_CLOEXEC, mode, dir_fd=dir_fd)
    with _in_reach(path, dir_fd) as (folder, rest):
        return os.open(rest, flags | os.O_CLOEXEC, mode, dir_fd=folder)


def stat_path(path: bytes, *, follow_symlinks: bool = False, dir_fd: int | None = None) -> os.stat_result:
    """Return what the system says about `path`, however long. Raises OSError."""
    if _is_short(path):
        return os.stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
    with _in_reach(path, dir_fd) as (folder, rest):
        return os.stat(rest, dir_fd=folder, follow_symlinks=follow_symlinks)


def _is_short(path: bytes) -> bool:
    return len(path) <= _LONGEST and b"\0" not in path


@contextmanager
def _in_reach(path: bytes, dir_fd: int | None) -> Iterator[tuple[int | None, bytes]]:
    """Descend until what is left of `path` is short enough: give the folder and the rest."""
    if b"\0" in path:
        raise OSError(errno.EINVAL, "a path cannot hold a NUL", path)
    opened: int | None = None
    try:
        while len(path) > _LONGEST:
            cut = path.rfind(b"/", 0, _LONGEST) + 1
            rest = path[cut:].lstrip(b"/")
            if cut == 0 or not rest:
                break  # One component is too long by itself: let the kernel say so.
            start = dir_fd if opened is None else opened
            following = os.open(path[:cut], os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=start)
            if opened is not None:
                os.close(opened)
            opened, path = following, rest
        yield (dir_fd if opened is None else opened), path
    finally:
        if opened is not None:
            os.close(opened)
