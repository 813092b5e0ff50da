"""A store in this process's memory, for tests and for trying things out: `memory:NAME`."""

import hashlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import BinaryIO

from dam.errors import IntegrityError, NoLibrary
from dam.services.digests import Digests, digest_chunks
from dam.services.file_storage import Published, SizeLookup, Staged
from dam.services.stores.size_lookup import SizesNow
from dam.services.stores.waiting_room import WaitingRoom

_STORES: dict[str, "MemoryStore"] = {}


class MemoryStore:
    """The store `memory:NAME` of this process. Another process does not see it."""

    scheme = "memory"
    works_across_processes = False

    def __init__(self, url: str, uuid: str) -> None:
        self.url = url
        self.uuid = uuid
        self.objects: dict[bytes, bytes] = {}
        self.derived: dict[bytes, bytes] = {}
        self.quarantine: list[bytes] = []
        self._staged = WaitingRoom[bytes]()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the name, which means something in this process only."""
        return (open_store, (self.url,))

    def stage(self, chunks: Iterable[bytes]) -> Staged:
        """Keep a copy of `chunks` aside."""
        data = b"".join(chunks)
        return self._staged.enter(digest_chunks([data]), data)

    def open_staged(self, staged: Staged) -> BinaryIO:
        """Return what was set aside as a file."""
        return BytesIO(self._staged.peek(staged))

    def publish(self, staged: Sequence[Staged]) -> list[Published]:
        """Put the group under its digests."""
        group = zip(staged, self._staged.take(staged), strict=True)
        return [self._place(one.digests, data) for one, data in group]

    def _place(self, digests: Digests, data: bytes) -> Published:
        kept = self.objects.get(digests.sha256)
        if kept == data:
            return Published(digests, created=False, healed=False)
        if kept is not None:
            self.quarantine.append(kept)
        self.objects[digests.sha256] = data
        return Published(digests, created=kept is None, healed=kept is not None)

    def discard(self, staged: Sequence[Staged]) -> None:
        """Forget what was set aside."""
        self._staged.take_known(staged)

    def open(self, sha256: bytes) -> BinaryIO:
        """Return the bytes with this digest as a file."""
        if sha256 not in self.objects:
            raise IntegrityError(f"cannot read from the store: {sha256.hex()}: missing from the store")
        return BytesIO(self.objects[sha256])

    def size(self, sha256: bytes) -> int | None:
        """Return how many bytes are kept under this digest."""
        data = self.objects.get(sha256)
        return None if data is None else len(data)

    def sizes(self, sha256s: Sequence[bytes]) -> list[int | None]:
        """Return how many bytes are kept under each digest."""
        return [self.size(sha256) for sha256 in sha256s]

    def size_lookup(self) -> SizeLookup:
        """Return a lookup that answers at once."""
        return SizesNow(self)

    def put_derived(self, data: bytes) -> bytes:
        """Keep derived bytes."""
        sha256 = hashlib.sha256(data).digest()
        self.derived[sha256] = data
        return sha256

    def open_derived(self, sha256: bytes) -> BinaryIO | None:
        """Return derived bytes that match their digest, else None."""
        data = self.derived.get(sha256)
        if data is None or hashlib.sha256(data).digest() != sha256:
            return None
        return BytesIO(data)

    def sweep(self) -> int:
        """Do nothing: memory dies with its writer."""
        return 0

    def identity(self) -> frozenset[tuple[int, int]]:
        """Return nothing: no walk can come by here."""
        return frozenset()


def open_store(url: str) -> MemoryStore:
    """Return the store of this name. Raises NoLibrary if this process has not created it."""
    if url not in _STORES:
        raise NoLibrary(f"cannot open the store: {url}: no such store in this process")
    return _STORES[url]


def create_store(url: str, uuid: str) -> MemoryStore:
    """Make the store of this name, or return it. Raises NoLibrary if it has another UUID."""
    store = _STORES.setdefault(url, MemoryStore(url, uuid))
    if store.uuid != uuid:
        raise NoLibrary(f"cannot create the store: {url}: it belongs to another library")
    return store
