"""Bytes that can be made again: derived/ab/cd/<64 hex>, never synced, verified when read."""

import errno
import hashlib
import os

from dam.services.stores.durable_files import make_directory, write_fully
from dam.services.stores.fan_out import fan_out
from dam.services.stores.file_system import FileSystem
from dam.services.stores.staging import Draft, Staging

DERIVED = "derived"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# What a damaged tree or disk answers; for derived bytes that is the same as not being there.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EIO})


class DerivedFiles:
    """The derived bytes under `root`. Every method raises OSError."""

    def __init__(self, files: FileSystem, root: str, staging: Staging) -> None:
        self._files = files
        self._root = root
        self._staging = staging

    def read(self, sha256: bytes) -> bytes | None:
        """Return the bytes with this digest, None if they are missing or damaged."""
        try:
            descriptor = self._files.open(self._path(sha256), _READ)
            with self._files.reader(descriptor) as file:
                data = file.read()
        except OSError as error:
            if error.errno in _NOT_THERE:
                return None
            raise
        return data if hashlib.sha256(data).digest() == sha256 else None

    def put(self, sha256: bytes, data: bytes, draft: Draft) -> None:
        """Move `data` into place by way of `draft`, over whatever is there."""
        write_fully(self._files, draft.descriptor, data)
        self._staging.finish(draft)
        folder = self._root
        for name in (DERIVED, *fan_out(sha256)):
            folder = f"{folder}/{name}"
            make_directory(self._files, folder)
        self._files.rename(draft.path, f"{folder}/{sha256.hex()}")

    def _path(self, sha256: bytes) -> str:
        return os.path.join(self._root, DERIVED, *fan_out(sha256), sha256.hex())
