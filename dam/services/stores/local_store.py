"""A store in a folder of a local file system. The order of its system calls is its promise.

Bytes durable, then names durable, then `publish` returns. See doc/developer_guide.md,
tests/services/test_system_calls.py, which proves it with strace, and tests/durability/test_power_loss.py.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import BinaryIO, TypeVar

from dam.errors import DamError, IntegrityError, NoLibrary, StoreError
from dam.services.digests import Digester
from dam.services.file_storage import Published, SizeLookup, Staged
from dam.services.os_errors import store_error, store_errors
from dam.services.stores.derived_files import DERIVED, DerivedFiles
from dam.services.stores.durable_files import discard_files, make_directory, write_fully
from dam.services.stores.file_system import THIS_SYSTEM, FileSystem
from dam.services.stores.group_sync import GroupSync
from dam.services.stores.local_place import TEMPORARY, path_of, prepare_folder, url_of
from dam.services.stores.marker import read_marker
from dam.services.stores.object_files import OBJECTS, QUARANTINE, ObjectFiles
from dam.services.stores.size_lookup import SizesBeside
from dam.services.stores.staging import Draft, Staging
from dam.services.stores.writer_folder import sweep

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITING = "cannot write to the store"
_READING = "cannot read from the store"

Thing = TypeVar("Thing")


class LocalStore:
    """The store in the folder `root`, which has the marker with `uuid`.

    A copy that was pickled stages into the folder of its original, which publishes; when the original
    is gone, so is all that was staged for it.
    """

    scheme = "file"
    works_across_processes = True

    def __init__(
        self, root: str, uuid: str, writer: str | None = None, files: FileSystem = THIS_SYSTEM
    ) -> None:
        """Open a store, or with `writer` a copy of the one that owns the folder tmp/`writer`."""
        self.root = root
        self.uuid = uuid
        self.url = url_of(root)
        self._files = files
        self._group_sync = GroupSync(files, root)
        self._objects = ObjectFiles(files, root, self._group_sync)
        self._staging = Staging(files, self._folder(TEMPORARY), self._group_sync, writer)
        self._derived = DerivedFiles(files, root, self._staging)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as path, UUID and the folder to stage in; where there can be none, copies only read."""
        try:
            return (LocalStore, (self.root, self.uuid, self._in_staging(self._staging.writer)))
        except DamError:
            return (LocalStore, (self.root, self.uuid))

    def stage(self, chunks: Iterable[bytes]) -> Staged:
        """Copy `chunks` into a temporary file, hashing the very buffers written."""
        digester = Digester()
        draft = self._in_staging(self._staging.create)
        try:
            for chunk in chunks:
                digester.update(chunk)
                self._write(draft, chunk)
            self._finish(draft)
        except BaseException:
            self._staging.give_up(draft)
            raise
        return Staged(digester.digests(), draft.token)

    def open_staged(self, staged: Staged) -> BinaryIO:
        """Return staged bytes as a file, in the original and in every copy."""
        path = self._staging.path(staged)
        try:
            if path is not None:
                return self._files.reader(self._files.open(path, _READ))
        except FileNotFoundError:
            self._check_marker()
            self._check_writer()
        except OSError as error:
            raise store_error(error, _READING, self.root) from error
        raise ValueError("published or discarded before, or staged by another store")

    def publish(self, staged: Sequence[Staged]) -> list[Published]:
        """Make the group durable under its digests. A copy may publish what it staged itself."""
        self._check_marker()
        if self._staging.is_lost(staged):
            raise StoreError(f"{_WRITING}: {self.root}: what had been staged when a sync failed is lost")
        with store_errors(_WRITING, self.root):
            paths = self._staging.paths(staged)
            try:
                digests = [one.digests for one in staged]
                return self._objects.publish(list(zip(digests, paths, strict=True)))
            finally:
                discard_files(self._files, paths)
                if self._group_sync.failed:
                    self._staging.abandon()

    def discard(self, staged: Sequence[Staged]) -> None:
        """Remove the temporary files."""
        paths = (self._staging.path(one) for one in staged)
        discard_files(self._files, [path for path in paths if path is not None])

    def open(self, sha256: bytes) -> BinaryIO:
        """Return an object as a file. Its descriptor is a real one."""
        try:
            descriptor = self._files.open(self._objects.path(sha256), _READ)
        except (FileNotFoundError, NotADirectoryError):
            self._check_marker()
            raise _damaged(sha256, "missing from the store") from None
        except OSError as error:
            if self.size(sha256) is None:
                raise _damaged(sha256, "not a regular file in the store") from error
            raise store_error(error, _READING, sha256.hex()) from error
        if not stat.S_ISREG(self._files.fstat(descriptor).st_mode):
            self._files.close(descriptor)
            raise _damaged(sha256, "not a regular file in the store")
        return self._files.reader(descriptor)

    def size(self, sha256: bytes) -> int | None:
        """Return the size of an object in bytes, None if it is missing or not a regular file."""
        with store_errors(_READING, sha256.hex()):
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

    def size_lookup(self) -> SizeLookup:
        """Return a lookup that has another process do it where there are many."""
        return SizesBeside(self, self._folder(OBJECTS))

    def put_derived(self, data: bytes) -> bytes:
        """Keep derived bytes, unless they are there and whole."""
        sha256 = hashlib.sha256(data).digest()
        with store_errors(_WRITING, self.root):
            if self._derived.read(sha256) is not None:
                return sha256
            draft = self._in_staging(self._staging.create)
            try:
                self._derived.put(sha256, data, draft)
            except BaseException:
                self._staging.give_up(draft)
                raise
        return sha256

    def open_derived(self, sha256: bytes) -> BinaryIO | None:
        """Return derived bytes that match their digest, else None."""
        with store_errors(_READING, sha256.hex()):
            data = self._derived.read(sha256)
        return None if data is None else BytesIO(data)

    def sweep(self) -> int:
        """Remove temporary files whose writers are dead."""
        self._check_marker()
        with store_errors("cannot clean up the store", self.root):
            return sweep(self._files, self._folder(TEMPORARY))

    def identity(self) -> frozenset[tuple[int, int]]:
        """Return (device, inode) of the store's folder and of those in it."""
        found = set()
        for name in ("", OBJECTS, DERIVED, QUARANTINE, TEMPORARY):
            try:
                status = os.stat(self._folder(name))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise store_error(error, _READING, self.root) from error
            found.add((status.st_dev, status.st_ino))
        return frozenset(found)

    def _in_staging(self, step: Callable[[], Thing]) -> Thing:
        """Do a step in the folder to stage in, which is made again if it has gone and may be."""
        try:
            return step()
        except FileNotFoundError:
            # Backup programs leave empty folders out; an unmounted disk looks the same.
            self._check_marker()
            self._check_writer()
        except OSError as error:
            raise store_error(error, _WRITING, self.root) from error
        with store_errors(_WRITING, self.root):
            self._staging.abandon()
            make_directory(self._files, self._folder(TEMPORARY))
            return step()

    def _check_writer(self) -> None:
        if self._staging.is_orphaned():
            raise StoreError(f"{_WRITING}: {self.root}: the process that this one stages for has ended")

    def _write(self, draft: Draft, chunk: bytes) -> None:
        # Only the writing: an OSError of the source must not pass for one of the store.
        try:
            write_fully(self._files, draft.descriptor, chunk)
        except OSError as error:
            raise store_error(error, _WRITING, self.root) from error

    def _finish(self, draft: Draft) -> None:
        try:
            self._staging.finish(draft)
        except OSError as error:
            raise store_error(error, _WRITING, self.root) from error

    def _folder(self, name: str) -> str:
        return os.path.join(self.root, name)

    def _check_marker(self) -> None:
        """Raise NoLibrary if the store is gone or another one lies in its place."""
        if read_marker(self.root, self._files) != self.uuid:
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
    return IntegrityError(f"{_READING}: {sha256.hex()}: {reason}")
