"""Originals in a local store: objects/ab/cd/<64 hex>, written once, durable before they are claimed."""

import hashlib
import os
import stat
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from dam.services.digests import Digests
from dam.services.file_storage import Published
from dam.services.stores.durable_directories import DirectoryGroup
from dam.services.stores.durable_files import (
    link_aside,
    link_without_overwriting,
    look,
)
from dam.services.stores.fan_out import fan_out
from dam.services.stores.file_system import FileSystem
from dam.services.stores.group_sync import GroupSync

OBJECTS = "objects"
QUARANTINE = "quarantine"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REMEMBERED = 1 << 16
_MANY_PAGES = 1 << 16
"""Bytes of a file from which on giving back its memory costs less than other memory for the next one."""


@dataclass
class _Arrival:
    """A staged file on its way to its name."""

    digests: Digests
    path: str
    durable: bool = False


class ObjectFiles:
    """The originals under `root`. Every method raises OSError."""

    def __init__(self, files: FileSystem, root: str, group_sync: GroupSync) -> None:
        self._files = files
        self._root = root
        self._group_sync = group_sync
        self._known_durable: set[str] = set()
        self._verified: set[bytes] = set()

    def path(self, sha256: bytes) -> str:
        """Return where the bytes with this digest are, or would be."""
        return "/".join((self._root, OBJECTS, *fan_out(sha256), sha256.hex()))

    def size(self, sha256: bytes) -> int | None:
        """Return the size of an object, None if it is missing or not a regular file."""
        status = look(self._files, self.path(sha256))
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
                    # fan_out() by hand: this is asked of every file of a tree that did not change.
                    path = f"{name[:2]}/{name[2:4]}/{name}"
                    status = os.stat(path, dir_fd=folder, follow_symlinks=False)
                except (FileNotFoundError, NotADirectoryError):
                    sizes.append(None)
                else:
                    sizes.append(status.st_size if stat.S_ISREG(status.st_mode) else None)
        finally:
            os.close(folder)
        return sizes

    def publish(self, group: Sequence[tuple[Digests, str]]) -> list[Published]:
        """Make bytes durable, then names, in that order: after a power cut a name has its bytes.

        Each of the group is its digests and the path of its sealed file.
        """
        arrivals = [_Arrival(digests, path) for digests, path in group]
        self._make_durable([arrival for arrival in arrivals if not self._holds(arrival.digests)])
        directories = DirectoryGroup(self._files, self._root, self._known_durable)
        published = [self._place(arrival, directories) for arrival in arrivals]
        directories.sync(self._group_sync)
        self._drop_pages(published)
        return published

    def _make_durable(self, arrivals: Sequence[_Arrival]) -> None:
        self._group_sync.sync_files([arrival.path for arrival in arrivals])
        for arrival in arrivals:
            arrival.durable = True

    def _drop_pages(self, published: Sequence[Published]) -> None:
        """Give back the memory of new large files, which the next ones are written into.

        Whatever adds a lot would fill all memory with copies that nobody reads soon, at the cost of what
        others have there; taking fresh memory costs up to ten times as much as writing into it.
        """
        for one in published:
            if one.created and one.digests.size >= _MANY_PAGES:
                with suppress(OSError):  # It is only advice.
                    self._files.drop_pages(self.path(one.digests.sha256))

    def _place(self, arrival: _Arrival, directories: DirectoryGroup) -> Published:
        # Also for an object that is there: who put it may not have synced the directory yet.
        folders = (OBJECTS, *fan_out(arrival.digests.sha256))
        path = f"{directories.ready(*folders)}/{arrival.digests.sha256.hex()}"
        healed = False
        while True:
            if arrival.durable and self._link(arrival, path, folders, directories):
                return Published(arrival.digests, created=not healed, healed=healed)
            # One look decides: between two, another process may put what looks like damage then.
            status = look(self._files, path)
            if status is not None and self._is_good(path, status, arrival.digests):
                return Published(arrival.digests, created=False, healed=healed)
            if not arrival.durable:
                self._make_durable([arrival])
            if status is not None:
                if self._replace(path, status, arrival):
                    return Published(arrival.digests, created=False, healed=True)
                healed = True

    def _link(
        self, arrival: _Arrival, path: str, folders: tuple[str, ...], directories: DirectoryGroup
    ) -> bool:
        try:
            return link_without_overwriting(self._files, arrival.path, path)
        except FileNotFoundError:
            directories.make_again(*folders)  # Removed since they were made or seen.
        return link_without_overwriting(self._files, arrival.path, path)

    def _holds(self, digests: Digests) -> bool:
        path = self.path(digests.sha256)
        status = look(self._files, path)
        return status is not None and self._is_good(path, status, digests)

    def _is_good(self, path: str, status: os.stat_result, digests: Digests) -> bool:
        """Tell whether an object that is there has the right bytes.

        Whoever is told "duplicate" may delete the file, so it must be true: once in a process for
        each object, or a little more often, since reading it costs as much as reading the file did.
        """
        if not stat.S_ISREG(status.st_mode) or status.st_size != digests.size:
            return False
        if digests.sha256 in self._verified:
            return True
        try:
            descriptor = self._files.open(path, _READ)
        except FileNotFoundError:
            return False  # Somebody is healing it at this moment.
        with self._files.reader(descriptor) as file:
            if hashlib.file_digest(file, "sha256").digest() != digests.sha256:
                return False
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified.add(digests.sha256)
        return True

    def _replace(self, path: str, damaged: os.stat_result, arrival: _Arrival) -> bool:
        """Put durable bytes in the place of damaged ones, of which quarantine keeps a durable name.

        Never delete: they may be the last that is left of something. At every moment the name leads
        to the one or to the other, except where only moving away is possible: then that is done, and
        the name is free. Return whether the good bytes have it.
        """
        quarantine = DirectoryGroup(self._files, self._root, self._known_durable)
        aside = self._name_aside(quarantine.ready(QUARANTINE), path, damaged)
        try:
            moved = not self._keep_aside(path, aside, damaged)
        except FileNotFoundError:
            return False  # Another process may be healing it, too.
        quarantine.sync(self._group_sync)
        if moved:
            return False
        self._files.rename(arrival.path, path)
        return True

    def _name_aside(self, folder: str, path: str, damaged: os.stat_result) -> str:
        """Return a name in quarantine, the same for the same file when healing was cut short before."""
        name = f"{folder}/{os.path.basename(path)}.{damaged.st_ino:x}"
        taken = look(self._files, name)
        return name if taken is None or os.path.samestat(taken, damaged) else f"{name}.{uuid.uuid4().hex}"

    def _keep_aside(self, path: str, aside: str, damaged: os.stat_result) -> bool:
        """Give damaged bytes a name in quarantine; return False if they had to be moved there."""
        try:
            if not link_aside(self._files, path, aside):
                self._files.rename(path, aside)
                return False
        except FileExistsError:
            return True
        if not os.path.samestat(self._files.lstat(aside), damaged):
            self._files.unlink(aside)  # Another process has just healed it, and its bytes are good.
        return True
