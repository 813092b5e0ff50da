"""Folders for what is being written, each of which tells whether its writer is still alive.

A writer holds an exclusive flock on its folder, which the kernel drops when the process dies, however
it dies. So `sweep` needs neither process ids nor ages to know what is left over, and other processes
may write into the folder for the writer without holding anything.
"""

import errno
import fcntl
import os
import re
import stat
import uuid
import weakref
from contextlib import suppress

from dam.services.stores.file_system import FileSystem

_FOLDER = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"[0-9a-f]{32}")
_LONE_FILE = re.compile(r"[0-9a-f]{32}\.tmp")  # Of version 0.1, where each file had a lock of its own.
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST})


class WriterFolder:
    """A new folder that is this process's as long as this object is not removed.

    It goes, with all that was staged in it, together with the object, at the latest when the program ends.
    """

    def __init__(self, files: FileSystem, path: str) -> None:
        """Make the folder, which must not exist. Raises OSError."""
        self.path = path
        self.name = os.path.basename(path)
        opened: list[int] = []
        self._tidy = weakref.finalize(self, _let_go, files, path, opened, os.getpid())
        files.mkdir(path, 0o700)
        opened.append(files.open(path, _OPEN_FOLDER))
        self.descriptor = opened[0]

    @classmethod
    def create(cls, files: FileSystem, directory: str) -> "WriterFolder":
        """Make an empty one in `directory`, under a name that was never used, and lock it. Raises OSError."""
        while True:
            folder = cls._unlocked(files, directory)
            try:
                files.flock(folder.descriptor, fcntl.LOCK_EX)
                # Between the two calls a sweeper may have taken it for a dead writer's.
                with suppress(FileNotFoundError):
                    if os.path.samestat(files.lstat(folder.path), files.fstat(folder.descriptor)):
                        return folder
            except BaseException:
                folder.remove()
                raise
            folder.remove()

    @classmethod
    def _unlocked(cls, files: FileSystem, directory: str) -> "WriterFolder":
        while True:
            path = f"{directory}/{uuid.uuid4().hex}"
            try:
                return cls(files, path)
            except FileNotFoundError:
                files.lstat(directory)  # That it is missing is an error, that a sweeper was faster is none.

    def remove(self) -> None:
        """Remove the folder with all that is staged in it, and let go of it."""
        self._tidy()


def _let_go(files: FileSystem, path: str, opened: list[int], owner: int) -> None:
    if os.getpid() != owner:
        return  # A forked copy of the writer ends, not the writer.
    try:
        _empty(files, path)
    except OSError:
        pass  # Moved away, or the disk is failing: then `sweep` is there for it.
    finally:
        for descriptor in opened:
            files.close(descriptor)
        opened.clear()


def _empty(files: FileSystem, path: str) -> int:
    """Remove a folder and the files in it that are named like ours; return how many those were.

    The folder stays if anything else is in it, or if somebody who writes for a dead writer is faster.
    """
    removed = 0
    for name in filter(_FILE.fullmatch, files.listdir(path)):
        with suppress(FileNotFoundError):
            files.unlink(f"{path}/{name}")
            removed += 1
    try:
        files.rmdir(path)
    except OSError as error:
        if error.errno not in _NOT_EMPTY:
            raise
    return removed


def sweep(files: FileSystem, directory: str) -> int:
    """Remove the folders of dead writers and return how many files were in them. Raises OSError.

    What is not named like ours is left alone.
    """
    return sum(_remove_if_dead(files, f"{directory}/{name}") for name in _ours(files, directory))


def _ours(files: FileSystem, directory: str) -> list[str]:
    try:
        names = files.listdir(directory)
    except FileNotFoundError:
        return []
    return sorted(name for name in names if _FOLDER.fullmatch(name) or _LONE_FILE.fullmatch(name))


def _remove_if_dead(files: FileSystem, path: str) -> int:
    is_folder = not path.endswith(".tmp")
    try:
        mode = files.lstat(path).st_mode
        if not (stat.S_ISDIR(mode) if is_folder else stat.S_ISREG(mode)):
            return 0
        descriptor = files.open(path, _OPEN_FOLDER if is_folder else _LOOK)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return 0  # Gone meanwhile, or another user's, who sweeps for himself.
    try:
        files.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_folder:
            return _empty(files, path)
        files.unlink(path)
    except (BlockingIOError, FileNotFoundError):
        return 0
    else:
        return 1
    finally:
        files.close(descriptor)
