"""Stores: where bytes are kept under their own digest, written once and never changed.

Writing takes two steps, so that many files share the waiting for the disk: `stage` copies and hashes,
`publish` makes a group durable. A row may claim bytes only after `publish` has returned.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO, Protocol, cast

from dam.errors import NoLibrary, UsageError
from dam.services.digests import Digests

SCHEMES = {
    "file": "dam.services.stores.local_store",
    "memory": "dam.services.stores.memory_store",
}
"""The module of each kind of store, by URL scheme. A plugin adds its own; see StoreModule."""


@dataclass(frozen=True)
class Staged:
    """Bytes that are in the store's file system under no lasting name yet.

    Good for one `publish` or `discard`, by the store that staged them or the original of that copy. A
    plain value, which can be pickled.
    """

    digests: Digests
    token: str


@dataclass(frozen=True)
class Published:
    """Bytes that are in the store for good."""

    digests: Digests
    created: bool
    """Whether the store did not have them before."""
    healed: bool
    """Whether the store had a damaged copy, which now lies in quarantine."""


Sizes = list[int | None]
"""How many bytes are kept under each of some digests, None where there is no object."""


class SizeLookup(Protocol):
    """Answers questions about sizes in the order in which they are asked."""

    def ask(self, sha256s: Sequence[bytes]) -> None:
        """Ask what `Store.sizes` answers, without waiting longer than needed. Raises as that does."""
        ...

    def answer(self) -> Sizes:
        """Return the answer to the oldest question that has none yet. Raises as `Store.sizes` does."""
        ...

    def close(self) -> None:
        """End whatever was started to find the answers."""
        ...


class Store(Protocol):
    """Keeps bytes under their SHA-256. It must pickle; `dam.testing.StoreContract` says the rest."""

    @property
    def url(self) -> str:
        """Give what `open_store` finds this store by."""
        ...

    @property
    def scheme(self) -> str:
        """Give the first part of the URL."""
        ...

    @property
    def uuid(self) -> str:
        """Give what tells this store from every other one, whatever it is mounted as."""
        ...

    @property
    def works_across_processes(self) -> bool:
        """Tell whether copies that were pickled into other processes can stage for this one to publish."""
        ...

    def stage(self, chunks: Iterable[bytes]) -> Staged:
        """Copy `chunks` to where they can be published from, hashing the very buffers written.

        A pickled copy stages for its original, which publishes or discards, and without which all that
        is gone; nothing is held open for what was staged. Whatever `chunks` raises passes through
        unchanged and leaves nothing behind. Raises StoreError and NoSpace.
        """
        ...

    def open_staged(self, staged: Staged) -> BinaryIO:
        """Return bytes that are staged and no more than that as a seekable file; the caller closes it.

        The store and its copies can all read what any of them staged. Raises ValueError if it was
        published or discarded, and StoreError.
        """
        ...

    def publish(self, staged: Sequence[Staged]) -> list[Published]:
        """Make a group durable, bytes first and names after, and say for each what became of it.

        A group may have any number of files; those of many cost less each. Raises ValueError, and does
        nothing, for what was published or discarded before or staged by another store; StoreError
        and NoSpace, and the group is discarded then, while what was already in place is harmless. After
        a failed sync everything else that is staged by then is lost, too: publishing it is a StoreError.
        """
        ...

    def discard(self, staged: Sequence[Staged]) -> None:
        """Forget what was staged. Doing it twice, or after publishing, does nothing."""
        ...

    def open(self, sha256: bytes) -> BinaryIO:
        """Return the bytes with this digest as a seekable file, unverified; the caller closes it.

        Raises IntegrityError if they are missing, NoLibrary if the store itself is, and StoreError.
        """
        ...

    def size(self, sha256: bytes) -> int | None:
        """Return how many bytes are kept under this digest, None if it is missing or no file.

        Raises NoLibrary if the store itself is missing, and StoreError.
        """
        ...

    def sizes(self, sha256s: Sequence[bytes]) -> list[int | None]:
        """Return `size` of each of these, for much less than one by one."""
        ...

    def size_lookup(self) -> "SizeLookup":
        """Return what answers `sizes` for question after question; close it in the end."""
        ...

    def put_derived(self, data: bytes) -> bytes:
        """Keep bytes that can be made again, and return their SHA-256. They may be lost in a crash."""
        ...

    def open_derived(self, sha256: bytes) -> BinaryIO | None:
        """Return derived bytes, verified; None if they are missing or damaged: make them again."""
        ...

    def sweep(self) -> int:
        """Remove what dead writers left staged, and return how many; call it before writing."""
        ...

    def identity(self) -> frozenset[tuple[int, int]]:
        """Return (device, inode) of the store's own folders, so that no walk enters them."""
        ...


class StoreModule(Protocol):
    """What a module named in SCHEMES provides."""

    def open_store(self, url: str) -> Store:
        """Open the store at `url`. Raises NoLibrary if there is none that this program can use."""
        ...

    def create_store(self, url: str, uuid: str) -> Store:
        """Make a store at `url`, or open the one that already has this `uuid`."""
        ...


def open_store(url: str, *, expected_uuid: str | None = None) -> Store:
    """Open the store at a URL or a plain path, and change nothing there.

    Raises NoLibrary if there is no store, if this program cannot read it, or if it is not the one
    with `expected_uuid`; UsageError for a scheme that nobody provides.
    """
    store = _module(url).open_store(url)
    if expected_uuid is not None and store.uuid != expected_uuid:
        raise NoLibrary(
            f"cannot open the store: {url}: it belongs to another library",
            hint=f"expected the store {expected_uuid}, found {store.uuid}; is the right disk mounted?",
        )
    return store


def create_store(url: str, uuid: str) -> Store:
    """Make a store at a URL or a plain path. Doing it again with the same `uuid` only opens it.

    Raises UsageError for a folder that holds something else, NoLibrary for another library's store,
    StoreError and NoSpace.
    """
    return _module(url).create_store(url, uuid)


def _module(url: str) -> StoreModule:
    match = re.match(r"([a-z][a-z0-9+.-]*):", url)
    scheme = match[1] if match else "file"
    if scheme not in SCHEMES and "://" not in url:
        scheme = "file"  # A path may well have a colon in it.
    if scheme not in SCHEMES:
        raise UsageError(
            f"cannot open the store: {url}: no such kind of store: {scheme}",
            hint=f"kinds of store: {', '.join(sorted(SCHEMES))}",
        )
    return cast("StoreModule", import_module(SCHEMES[scheme]))
