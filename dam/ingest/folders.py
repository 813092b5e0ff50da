"""Directories as roots and relative paths: which file system a path lies on."""

import os
import platform

from dam.models.directory import Folder, Root
from dam.services.deep_paths import open_path, stat_path
from dam.services.mounts import mount_points

_REMEMBERED = 4096
"""A library of millions of folders must not be in memory for it."""


class Folders:
    """Finds the mount point of directories, remembering some of what it has seen."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Folder, int]] = {}
        self._host = platform.node()
        # A folder that is mounted a second time elsewhere has the same device in both places.
        self._mount_points = mount_points()

    def of(self, directory: bytes) -> Folder:
        """Return an absolute directory as its file system's mount point and the rest of its path.

        The path is taken as it is written: symbolic links are not resolved. Raises OSError.
        """
        missing = []
        current = directory
        while (known := self._known.get(current)) is None:
            missing.append(current)
            if current == b"/":
                break
            current = os.path.dirname(current)
        if len(self._known) > _REMEMBERED:
            self._known.clear()  # A walk goes on with folders that are not among them anyway.
        for path in reversed(missing):
            known = self._known[path] = self._look(path, known)
        if known is None:
            raise AssertionError("unreachable")
        return known[0]

    def _look(self, path: bytes, parent: tuple[Folder, int] | None) -> tuple[Folder, int]:
        device = stat_path(path, follow_symlinks=True).st_dev
        if parent is not None and parent[1] == device and path not in self._mount_points:
            root = parent[0].root
            return Folder(root, path[len(root.path) :].strip(b"/")), device
        return Folder(Root(self._host, _file_system(path), path), b""), device


def _file_system(path: bytes) -> str:
    """Return the identifier that the file system gives itself, in hex."""
    descriptor = open_path(path, os.O_PATH | os.O_DIRECTORY)
    try:
        return f"{os.fstatvfs(descriptor).f_fsid:x}"
    finally:
        os.close(descriptor)


def absolute(path: bytes) -> bytes:
    """Return a path made absolute as it is written, without `.` and, where it is safe, without `..`.

    `a/..` is not here if `a` is a symbolic link elsewhere; then the folders are resolved.
    """
    if not path:
        return path  # No path at all must not become this folder.
    whole = os.path.join(os.getcwdb(), path)
    plain = os.path.normpath(whole)
    if plain.startswith(b"//"):
        plain = plain[1:]
    if b".." not in whole.split(b"/"):
        return plain
    try:
        if os.path.samestat(stat_path(whole), stat_path(plain)):
            return plain
    except OSError:
        return plain
    return os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
