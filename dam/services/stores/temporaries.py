"""Temporary files that tell whether their writer is still alive.

A writer holds an exclusive flock on its temporary, which the kernel drops when the process dies,
however it dies. So `sweep` needs neither process ids nor ages to know what is left over.
"""

import fcntl
import os
import re
import stat
import uuid
import weakref

from dam.services.stores.durable_files import fsync_all

_NAME = re.compile(r"[0-9a-f]{32}\.tmp")
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Temporary:
    """A file being written, locked as long as this object is not discarded.

    An interrupt may strike between any two steps, so that nobody knows of it any more: then it is
    discarded together with the object, at the latest when the program ends.
    """

    def __init__(self, path: str) -> None:
        """Make the file, which must not exist. Raises OSError."""
        self.path = path
        self.durable = False
        opened: list[int] = []
        self._tidy = weakref.finalize(self, _remove, path, opened)
        opened.append(os.open(path, _CREATE, 0o600))
        self.descriptor = opened[0]

    @classmethod
    def create(cls, directory: str) -> "Temporary":
        """Make an empty one in `directory`, under a name that was never used. Raises OSError."""
        while True:
            temporary = cls(os.path.join(directory, f"{uuid.uuid4().hex}.tmp"))
            try:
                fcntl.flock(temporary.descriptor, fcntl.LOCK_EX)
            except BaseException:
                temporary.discard()
                raise
            # Between the two calls a sweeper may have taken the file for a dead writer's.
            if os.fstat(temporary.descriptor).st_nlink:
                return temporary
            temporary.discard()

    def seal(self) -> None:
        """Make it read-only for everybody."""
        os.fchmod(self.descriptor, 0o444)

    def make_durable(self) -> None:
        """Wait until the sealed bytes are on the disk. Raises OSError; discard it then."""
        make_durable([self])

    def discard(self) -> None:
        """Remove the temporary name, if it is still there, and let go of the file."""
        self._tidy()


def make_durable(temporaries: list[Temporary]) -> None:
    """Seal all those that are not durable yet and wait until they are. Raises OSError."""
    waiting = [temporary for temporary in temporaries if not temporary.durable]
    for temporary in waiting:
        temporary.seal()
    fsync_all([temporary.descriptor for temporary in waiting])
    for temporary in waiting:
        temporary.durable = True


def _remove(path: str, opened: list[int]) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass  # Published by moving, or the disk is failing: then `sweep` is there for it.
    finally:
        for descriptor in opened:
            os.close(descriptor)


def sweep(directory: str) -> int:
    """Remove the temporaries whose writers are dead and return how many. Raises OSError.

    Files that are not named like ours are left alone.
    """
    return sum(_remove_if_dead(os.path.join(directory, name)) for name in _ours(directory))


def _ours(directory: str) -> list[str]:
    try:
        return sorted(filter(_NAME.fullmatch, os.listdir(directory)))
    except FileNotFoundError:
        return []


def _remove_if_dead(path: str) -> bool:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        descriptor = os.open(path, _LOOK)
    except (FileNotFoundError, PermissionError):
        return False  # Published meanwhile, or another user's, who sweeps for himself.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    except (BlockingIOError, FileNotFoundError):
        return False
    else:
        return True
    finally:
        os.close(descriptor)
