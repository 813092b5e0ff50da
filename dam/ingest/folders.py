"""Directories as roots and relative paths: which file system a path lies on."""

import os
import platform

from dam.models.directory import Folder, Root
from dam.services.deep_paths import open_path, stat_path


class Folders:
    """Finds the mount point of directories, remembering what it has seen."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Folder, int]] = {}
        self._host = platform.node()

    def of(self, directory: bytes) -> Folder:
        """Return an absolute directory as its file system's mount point and the rest of its path.

        The path is taken as it is written: symbolic links are not resolved. Raises OSError.
        """
        missing = []
        current = directory
        while current not in self._known:
            missing.append(current)
            if current == b"/":
                break
            current = os.path.dirname(current)
        for path in reversed(missing):
            self._learn(path)
        return self._known[directory][0]

    def _learn(self, path: bytes) -> None:
        device = stat_path(path, follow_symlinks=True).st_dev
        parent = self._known.get(os.path.dirname(path))
        if parent is not None and parent[1] == device:
            root = parent[0].root
            relative = path[len(root.path) :].strip(b"/")
            self._known[path] = (Folder(root, relative), device)
            return
        self._known[path] = (Folder(Root(self._host, _file_system(path), path), b""), device)


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
