"""A store in a folder of a local file system. The order of its system calls is its promise.

Bytes durable, then names durable, then `publish` returns. See doc/developer_guide.md and
tests/services/test_system_calls.py, which proves it with strace.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import BinaryIO

from dam.errors import IntegrityError, NoLibrary
from dam.services.digests import Digester
from dam.services.file_storage import Published, Staged
from dam.services.os_errors import store_error, store_errors
from dam.services.stores.derived_files import DERIVED, DerivedFiles
from dam.services.stores.durable_files import make_directory, write_fully
from dam.services.stores.local_place import TEMPORARY, path_of, prepare_folder, url_of
from dam.services.stores.marker import read_marker
from dam.services.stores.object_files import OBJECTS, QUARANTINE, ObjectFiles
from dam.services.stores.temporaries import Temporary, sweep
from dam.services.stores.waiting_room import WaitingRoom

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class LocalStore:
    """The store in the folder `root`, which has the marker with `uuid`."""

    scheme = "file"

    def __init__(self, root: str, uuid: str) -> None:
        self.root = root
        self.uuid = uuid
        self.url = url_of(root)
        self._objects = ObjectFiles(root)
        self._derived = DerivedFiles(root)
        self._staged = WaitingRoom[Temporary]()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as path and UUID; what is staged here stays here."""
        return (LocalStore, (self.root, self.uuid))

    def stage(self, chunks: Iterable[bytes]) -> Staged:
        """Copy `chunks` into a temporary file, hashing the very buffers written."""
        digester = Digester()
        temporary = self._temporary()
        try:
            for chunk in chunks:
                digester.update(chunk)
                # Only the writing: an OSError of the source must not pass for one of the store.
                with store_errors("cannot write to the store", self.root):
                    write_fully(temporary.descriptor, chunk)
        except BaseException:
            temporary.discard()
            raise
        return self._staged.enter(digester.digests(), temporary)

    def publish(self, staged: Sequence[Staged]) -> list[Published]:
        """Make the group durable under its digests."""
        temporaries = self._staged.take(staged)
        try:
            self._check_marker()
            with store_errors("cannot write to the store", self.root):
                digests = [one.digests for one in staged]
                return self._objects.publish(list(zip(digests, temporaries, strict=True)))
        finally:
            for temporary in temporaries:
                temporary.discard()

    def discard(self, staged: Sequence[Staged]) -> None:
        """Remove the temporary files."""
        for temporary in self._staged.take_known(staged):
            temporary.discard()

    def open(self, sha256: bytes) -> BinaryIO:
        """Return an object as a file. Its descriptor is a real one."""
        try:
            descriptor = os.open(self._objects.path(sha256), _READ)
        except (FileNotFoundError, NotADirectoryError):
            self._check_marker()
            raise _damaged(sha256, "missing from the store") from None
        except OSError as error:
            if self.size(sha256) is None:
                raise _damaged(sha256, "not a regular file in the store") from error
            raise store_error(error, "cannot read from the store", sha256.hex()) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _damaged(sha256, "not a regular file in the store")
        return os.fdopen(descriptor, "rb")

    def size(self, sha256: bytes) -> int | None:
        """Return the size of an object in bytes, None if it is missing or not a regular file."""
        with store_errors("cannot read from the store", sha256.hex()):
            size = self._objects.size(sha256)
        if size is None:
            self._check_marker()
        return size

    def sizes(self, sha256s: Sequence[bytes]) -> list[int | None]:
        """Return the size of each object."""
        with store_errors("cannot read from the store", self.root):
            sizes = self._objects.sizes(sha256s)
        if None in sizes:
            self._check_marker()
        return sizes

    def put_derived(self, data: bytes) -> bytes:
        """Keep derived bytes, unless they are there and whole."""
        sha256 = hashlib.sha256(data).digest()
        with store_errors("cannot write to the store", self.root):
            if self._derived.read(sha256) is not None:
                return sha256
            temporary = self._temporary()
            try:
                self._derived.put(sha256, data, temporary)
            finally:
                temporary.discard()
        return sha256

    def open_derived(self, sha256: bytes) -> BinaryIO | None:
        """Return derived bytes that match their digest, else None."""
        with store_errors("cannot read from the store", sha256.hex()):
            data = self._derived.read(sha256)
        return None if data is None else BytesIO(data)

    def sweep(self) -> int:
        """Remove temporary files whose writers are dead."""
        self._check_marker()
        with store_errors("cannot clean up the store", self.root):
            return sweep(self._folder(TEMPORARY))

    def identity(self) -> frozenset[tuple[int, int]]:
        """Return (device, inode) of the store's folder and of those in it."""
        found = set()
        for name in ("", OBJECTS, DERIVED, QUARANTINE, TEMPORARY):
            try:
                status = os.stat(self._folder(name))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise store_error(error, "cannot read from the store", self.root) from error
            found.add((status.st_dev, status.st_ino))
        return frozenset(found)

    def _temporary(self) -> Temporary:
        folder = self._folder(TEMPORARY)
        with store_errors("cannot write to the store", self.root):
            try:
                return Temporary.create(folder)
            except FileNotFoundError:
                # Backup programs leave empty folders out; an unmounted disk looks the same.
                self._check_marker()
                make_directory(folder)
                return Temporary.create(folder)

    def _folder(self, name: str) -> str:
        return os.path.join(self.root, name)

    def _check_marker(self) -> None:
        """Raise NoLibrary if the store is gone or another one lies in its place."""
        if read_marker(self.root) != self.uuid:
            raise NoLibrary(f"cannot use the store: {self.root}: another store is there now")


def open_store(url: str) -> LocalStore:
    """Open the store in the folder at `url`. Raises NoLibrary if there is none."""
    root = path_of(url)
    return LocalStore(root, read_marker(root))


def create_store(url: str, uuid: str) -> LocalStore:
    """Make the folder at `url` a store. Raises UsageError if it holds something else."""
    root = path_of(url)
    prepare_folder(root, uuid)
    return LocalStore(root, uuid)


def _damaged(sha256: bytes, reason: str) -> IntegrityError:
    return IntegrityError(f"cannot read from the store: {sha256.hex()}: {reason}")
