"""Bytes that can be made again: derived/ab/cd/<64 hex>, never synced, verified when read."""

import errno
import hashlib
import os

from dam.services.stores.durable_files import make_directory, write_fully
from dam.services.stores.fan_out import fan_out
from dam.services.stores.temporaries import Temporary

DERIVED = "derived"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# What a damaged tree or disk answers; for derived bytes that is the same as not being there.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EIO})


class DerivedFiles:
    """The derived bytes under `root`. Every method raises OSError."""

    def __init__(self, root: str) -> None:
        self._root = root

    def read(self, sha256: bytes) -> bytes | None:
        """Return the bytes with this digest, None if they are missing or damaged."""
        try:
            descriptor = os.open(self._path(sha256), _READ)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read()
        except OSError as error:
            if error.errno in _NOT_THERE:
                return None
            raise
        return data if hashlib.sha256(data).digest() == sha256 else None

    def put(self, sha256: bytes, data: bytes, temporary: Temporary) -> None:
        """Move `data` into place by way of `temporary`, over whatever is there."""
        write_fully(temporary.descriptor, data)
        temporary.seal()
        folder = self._root
        for name in (DERIVED, *fan_out(sha256)):
            folder = os.path.join(folder, name)
            make_directory(folder)
        os.rename(temporary.path, os.path.join(folder, sha256.hex()))

    def _path(self, sha256: bytes) -> str:
        return os.path.join(self._root, DERIVED, *fan_out(sha256), sha256.hex())
