"""Originals in a local store: objects/ab/cd/<64 hex>, written once, durable before they are claimed."""

import hashlib
import os
import stat
import uuid
from collections.abc import Sequence
from contextlib import suppress

from dam.services.digests import Digests
from dam.services.file_storage import Published
from dam.services.stores.durable_directories import DirectoryGroup
from dam.services.stores.durable_files import link_without_overwriting
from dam.services.stores.fan_out import fan_out
from dam.services.stores.temporaries import Temporary, make_durable

OBJECTS = "objects"
QUARANTINE = "quarantine"


class ObjectFiles:
    """The originals under `root`. Every method raises OSError."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known_durable: set[str] = set()
        self._verified: set[bytes] = set()

    def path(self, sha256: bytes) -> str:
        """Return where the bytes with this digest are, or would be."""
        return os.path.join(self._root, OBJECTS, *fan_out(sha256), sha256.hex())

    def size(self, sha256: bytes) -> int | None:
        """Return the size of an object, None if it is missing or not a regular file."""
        status = _look(self.path(sha256))
        return status.st_size if status and stat.S_ISREG(status.st_mode) else None

    def sizes(self, sha256s: Sequence[bytes]) -> list[int | None]:
        """Return the size of each object: one open folder and no more than a look at each."""
        try:
            folder = os.open(os.path.join(self._root, OBJECTS), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return [None] * len(sha256s)
        sizes: list[int | None] = []
        try:
            for sha256 in sha256s:
                name = sha256.hex()
                try:
                    # fan_out() and S_ISREG() by hand: this is asked of every file that did not change.
                    path = f"{name[:2]}/{name[2:4]}/{name}"
                    status = os.stat(path, dir_fd=folder, follow_symlinks=False)
                except (FileNotFoundError, NotADirectoryError):
                    sizes.append(None)
                else:
                    sizes.append(status.st_size if status.st_mode & 0o170000 == stat.S_IFREG else None)
        finally:
            os.close(folder)
        return sizes

    def publish(self, group: Sequence[tuple[Digests, Temporary]]) -> list[Published]:
        """Make bytes durable, then names, in that order: after a power cut a name has its bytes."""
        make_durable([temporary for digests, temporary in group if not self._holds(digests)])
        directories = DirectoryGroup(self._root, self._known_durable)
        published = [self._place(digests, temporary, directories) for digests, temporary in group]
        directories.sync()
        return published

    def _place(self, digests: Digests, temporary: Temporary, directories: DirectoryGroup) -> Published:
        # Also for an object that is there: who put it may not have synced the directory yet.
        folder = directories.ready(OBJECTS, *fan_out(digests.sha256))
        path = os.path.join(folder, digests.sha256.hex())
        healed = False
        while True:
            # One look decides: between two, another process may put what looks like damage then.
            status = _look(path)
            if status is not None and _is_whole(status, digests) and self._verify(path, digests):
                return Published(digests, created=False, healed=healed)
            if status is not None:
                self._quarantine(path, directories)
                healed = True
            temporary.make_durable()
            if link_without_overwriting(temporary.path, path):
                return Published(digests, created=not healed, healed=healed)

    def _holds(self, digests: Digests) -> bool:
        path = self.path(digests.sha256)
        status = _look(path)
        return status is not None and _is_whole(status, digests) and self._verify(path, digests)

    def _verify(self, path: str, digests: Digests) -> bool:
        """Tell whether an object that is there has the right bytes.

        Whoever is told "duplicate" may delete the file, so it must be true: once in a process for
        each object, since reading it costs as much as reading the file did.
        """
        if digests.sha256 in self._verified:
            return True
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return False  # Somebody is healing it at this moment.
        with open(descriptor, "rb") as file:
            if hashlib.file_digest(file, "sha256").digest() != digests.sha256:
                return False
        self._verified.add(digests.sha256)
        return True

    def _quarantine(self, path: str, directories: DirectoryGroup) -> None:
        """Move damaged bytes away. Never delete: they may be the last that is left of something."""
        name = f"{os.path.basename(path)}.{uuid.uuid4().hex}"
        with suppress(FileNotFoundError):  # Another process may be healing it, too.
            os.rename(path, os.path.join(directories.ready(QUARANTINE), name))


def _look(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_whole(status: os.stat_result, digests: Digests) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_size == digests.size
