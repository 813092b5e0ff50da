"""Roots on the disk: whether the file system that is known at a path is the one that is there now."""

import os
from dataclasses import dataclass

from dam.ingest.folders import Folders
from dam.models.directory import Folder, Root
from dam.services.deep_paths import open_path
from dam.services.mounts import mount_points, mounts
from dam.services.os_errors import why

_ANOTHER = (
    "mount the one that was there. If this is it, and it only got a new identifier, as some file systems do "
    "with each mount, add what is on it once more: add-asset -r"
)
_MAY_HANG = (b"nfs", b"cifs", b"smb", b"fuse", b"9p", b"afs", b"ceph", b"autofs", b"gluster", b"lustre")
"""File systems that ask somebody else, and wait for the answer."""


@dataclass(frozen=True)
class Offline:
    """Why nothing can be said of what is known under a root."""

    reason: str
    hint: str


@dataclass(frozen=True)
class OpenRoot:
    """A root that is there. What is below is reached through the descriptor, whatever is mounted later."""

    root: Root
    descriptor: int
    device: int
    is_certain: bool
    """Whether its identifier tells it from every other file system that could be mounted there."""
    mounted_below: frozenset[bytes]
    """Paths below the root over which something else is mounted, perhaps a folder of the same file system."""

    def is_covered(self, path: bytes) -> bool:
        """Tell whether something else is mounted over a folder of this path below the root."""
        while path:
            if path in self.mounted_below:
                return True
            path = os.path.dirname(path)
        return False

    def is_still_there(self) -> bool:
        """Tell whether the root is what it was when it was opened."""
        try:
            here = os.stat(self.root.path)
            return here.st_dev == self.device and Folders().of(self.root.path) == Folder(self.root, b"")
        except OSError:
            return False

    def close(self) -> None:
        """Let the file system go."""
        os.close(self.descriptor)


def open_root(root: Root) -> OpenRoot | Offline:
    """Open a root, or say why it is offline. Whatever fails here is no word about any file."""
    try:
        found = Folders().of(root.path)
        if found.root.path != root.path:
            return Offline("nothing is mounted there", _where_now(root) or "mount what was there")
        if found != Folder(root, b""):
            return Offline("another file system is there", _where_now(root) or _ANOTHER)
        return _open(root)
    except OSError as error:
        return Offline(why(error), _where_now(root) or "mount what was there, or make it readable")


def _open(root: Root) -> OpenRoot | Offline:
    descriptor = open_path(root.path, os.O_PATH | os.O_DIRECTORY)
    try:
        identifier = os.fstatvfs(descriptor).f_fsid
        if f"{identifier:x}" != root.device:
            os.close(descriptor)
            return Offline("another file system is there", _ANOTHER)
        _require_readable(descriptor)
        device = os.fstat(descriptor).st_dev
    except BaseException:
        os.close(descriptor)
        raise
    is_certain = identifier not in (0, device) and not _is_part(root.path)
    return OpenRoot(root, descriptor, device, is_certain, _mounted_below(root.path))


def _require_readable(descriptor: int) -> None:
    """Raise OSError if the file system does not answer, or may not be entered."""
    os.stat(b".", dir_fd=descriptor)
    try:
        listing = os.open(b".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=descriptor)
    except PermissionError:
        return  # It may be entered all the same: each folder will speak for itself.
    try:
        with os.scandir(listing) as entries:
            next(entries, None)
    finally:
        os.close(listing)


def _mounted_below(path: bytes) -> frozenset[bytes]:
    above = path.rstrip(b"/") + b"/"
    return frozenset(point[len(above) :] for point in mount_points() if point.startswith(above)) - {b""}


def _is_part(path: bytes) -> bool:
    """Tell whether only some folder of a file system is here, by a bind mount or behind a link.

    Another folder of the same file system would have the same identifier.
    """
    here = [mount for mount in mounts() if mount.path == path]
    return not here or here[-1].folder != b"/"


def _where_now(root: Root) -> str | None:
    """Return a hint if the same file system is mounted elsewhere at the moment."""
    from dam.core.path_text import show_path

    for mount in mounts():
        if mount.path == root.path or mount.folder != b"/" or mount.kind.startswith(_MAY_HANG):
            continue
        try:
            status = os.stat(mount.path)
            identifier = os.statvfs(mount.path).f_fsid
        except OSError:
            continue
        if f"{identifier:x}" == root.device and identifier not in (0, status.st_dev):
            return (
                f"it is mounted at {show_path(mount.path)} now: mount it here again, or add what is there "
                "from its new place"
            )
    return None
