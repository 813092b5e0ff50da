"""Walk a folder and say something about every name in it.

Nothing is followed that could lead elsewhere, nothing is dropped in silence, and neither the depth of
the tree nor the length of its paths matters: one folder is open at a time, and the names of one folder
are in memory.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dam.services.deep_paths import open_path, stat_path
from dam.services.file_facts import FileFacts, why_not_regular
from dam.services.os_errors import why

OURS = "is part of the library itself"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY
Skip = Callable[[os.stat_result], bool]


class FoundKind(StrEnum):
    """What a walk says about a name."""

    FILE = "file"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Found:
    """One name that a walk came by."""

    path: bytes
    kind: FoundKind
    reason: str = ""
    """Why it was skipped or failed: "is a symbolic link", "permission denied"."""
    facts: FileFacts | None = None
    """Of a file: what the file system said in passing, so that an unchanged one need not be opened."""


@dataclass(frozen=True, slots=True)
class _Folder:
    path: bytes
    identity: tuple[int, int]
    parent: "_Folder | None" = None

    def is_its_own_ancestor(self) -> bool:
        above = self.parent
        while above is not None:
            if above.identity == self.identity:
                return True
            above = above.parent
        return False


def walk(top: bytes, *, skip: Skip) -> Iterator[Found]:
    """Yield every file at or under `top`, and whatever else is there as skipped or failed.

    The order is always the same: a folder's own names sorted as bytes, then its folders, sorted, too.
    Paths are `top` with names joined to it; symbolic links are skipped, also as `top`. What `skip` says
    true for (the store, the database) is left out without a word, unless it is `top` or holds `top`.
    Raises nothing for what it finds: folders that cannot be read are failed.
    """
    try:
        status = stat_path(top)
        if lies_in(top, status, skip):
            yield Found(top, FoundKind.SKIPPED, OURS)
            return
    except OSError as error:
        yield Found(top, FoundKind.FAILED, why(error))
        return
    if not stat.S_ISDIR(status.st_mode):
        yield _leaf(top, status)
        return
    pending = [_Folder(top, _identity(status))]
    while pending:
        folder = pending.pop()
        if folder.is_its_own_ancestor():
            yield Found(folder.path, FoundKind.SKIPPED, "is a folder that holds itself")
            continue
        inner: list[_Folder] = []
        yield from _names_of(folder, skip, inner)
        pending.extend(reversed(inner))


def lies_in(top: bytes, status: os.stat_result, skip: Skip) -> bool:
    """Return whether `top` is skipped or lies in something that is, by whatever name it is reached.

    Raises OSError.
    """
    if skip(status):
        return True
    start = top if stat.S_ISDIR(status.st_mode) else os.path.dirname(top) or b"."
    descriptor = open_path(start, os.O_PATH | os.O_DIRECTORY)
    try:
        here = os.fstat(descriptor)
        while not skip(here):
            above = os.open("..", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = above
            below, here = here, os.fstat(descriptor)
            if _identity(below) == _identity(here):
                return False
        return True
    finally:
        os.close(descriptor)


def _names_of(folder: _Folder, skip: Skip, inner: list[_Folder]) -> Iterator[Found]:
    """Yield what is in one folder, and add the folders in it to `inner`."""
    try:
        # A link is followed if the path says so itself ("photos/"), never one found on the way.
        descriptor = open_path(folder.path, _FOLDER | os.O_NOFOLLOW)
    except OSError as error:
        yield Found(folder.path, FoundKind.FAILED, why(error))
        return
    try:
        if _identity(os.fstat(descriptor)) != folder.identity:
            # Exchanged meanwhile, perhaps for a link on the way that leads out of the tree.
            yield Found(folder.path, FoundKind.FAILED, "was replaced while it was being walked")
            return
        names, failure = _list(descriptor)
        if failure is not None:
            yield Found(folder.path, FoundKind.FAILED, why(failure))
        for name in names:
            path = os.path.join(folder.path, name)
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except OSError as error:
                yield Found(path, FoundKind.FAILED, why(error))
                continue
            if skip(status):
                continue
            if stat.S_ISDIR(status.st_mode):
                inner.append(_Folder(path, _identity(status), folder))
            else:
                yield _leaf(path, status)
    finally:
        os.close(descriptor)


def _list(descriptor: int) -> tuple[list[bytes], OSError | None]:
    """Return the names in an open folder, sorted, and what kept us from reading more of them."""
    names: list[bytes] = []
    failure: OSError | None = None
    try:
        with os.scandir(descriptor) as entries:
            names.extend(os.fsencode(entry.name) for entry in entries)
    except OSError as error:
        failure = error
    return sorted(names), failure


def _leaf(path: bytes, status: os.stat_result) -> Found:
    reason = why_not_regular(status.st_mode)
    if reason is not None:
        return Found(path, FoundKind.SKIPPED, reason)
    return Found(path, FoundKind.FILE, facts=FileFacts.of(status))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
