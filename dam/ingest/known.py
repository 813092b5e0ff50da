"""Places the library knows already, told from new ones without opening a file."""

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from dam.core.database import Database
from dam.ingest.folders import Folders
from dam.ingest.listing import PAUSE, Listing, Unchanged
from dam.ingest.matching import PlaceMatcher
from dam.models.directory import Place, find_directories
from dam.models.file_location_component import find_open_locations
from dam.services.file_storage import Sizes, Store

_BATCH_FILES = 512
_BATCH_LISTINGS = 256
_BATCH_SECONDS = 0.2
_AHEAD = 3
"""So many batches are matched while the store is asked about the one before them."""


class Sifted(NamedTuple):
    """A listing, the files in it that need not be read, and those that must be, both in its order."""

    listing: Listing
    unchanged: list[Unchanged]
    changed: list[tuple[bytes, os.stat_result]]


class KnownPlaces:
    """Decides which files need not be read.

    Their place is known with the same size, times and inode, and those times are to be trusted. With a
    `store` the bytes must be there too, both by the rows and by the store's own word: what it has lost
    is to be read, and so healed. The SHA-256 is given only with a `store`, or if `sha256` asks for it.
    """

    def __init__(
        self,
        database: Database,
        folders: Folders,
        store: Store | None,
        *,
        sha256: bool = False,
    ) -> None:
        self._database = database
        self._store = store
        self._matcher = PlaceMatcher(folders, stored=store is not None, sha256=sha256 or store is not None)

    def sift(self, listing: Listing) -> tuple[list[Unchanged], list[tuple[bytes, os.stat_result]]]:
        """Return the files that need not be read, and those that must be."""
        (sifted,) = self.sift_all([listing])
        return sifted.unchanged, sifted.changed

    def sift_all(self, listings: Iterable[Listing]) -> Iterator[Sifted]:
        """Yield every listing sifted, in order; many share one short transaction and its statements.

        Nothing is kept open between what it yields. Raises DatabaseError, StoreError and NoLibrary.
        """
        if self._store is None:
            for matched in self._matched(listings):
                yield from map(_sift, matched)
            return
        lookup = self._store.size_lookup()
        asked: deque[list[_Matched]] = deque()
        try:
            for matched in self._matched(listings):
                lookup.ask(_digests(matched))
                asked.append(matched)
                while len(asked) > (0 if matched[-1].listing is PAUSE else _AHEAD):
                    yield from _confirmed(asked.popleft(), lookup.answer())
            for matched in asked:
                yield from _confirmed(matched, lookup.answer())
        finally:
            lookup.close()

    def _matched(self, listings: Iterable[Listing]) -> Iterator[list["_Matched"]]:
        for batch in _batches(listings):
            with self._database.read() as session:
                found = self._matcher.match(session, batch)
            yield [_Matched(listing, known) for listing, known in zip(batch, found, strict=True)]


class _Matched(NamedTuple):
    """A listing, and its files by name that are as the rows say."""

    listing: Listing
    found: dict[bytes, Unchanged]


def unsifted(listing: Listing) -> Sifted:
    """Return a listing of which every file is to be read."""
    return Sifted(listing, [], listing.files)


def entity_at(session: Session, path: bytes) -> int | None:
    """Return the entity whose bytes were last seen at an absolute path, None if the place is unknown."""
    try:
        folder = Folders().of(os.path.dirname(path))
    except OSError:
        return None
    number = find_directories(session, [folder]).get(folder)
    if number is None:
        return None
    place = Place(number, os.path.basename(path))
    row = find_open_locations(session, [place]).get(place)
    return row.entity_id if row else None


def _sift(matched: _Matched) -> Sifted:
    listing, found = matched
    if len(found) == len(listing.files):
        return Sifted(listing, [found[name] for name, _ in listing.files], [])
    unchanged = [found[name] for name, _ in listing.files if name in found]
    return Sifted(listing, unchanged, [one for one in listing.files if one[0] not in found])


def _digests(batch: Sequence[_Matched]) -> list[bytes]:
    return [sha256 for _, found in batch for _, _, _, sha256 in found.values() if sha256 is not None]


def _confirmed(batch: Sequence[_Matched], sizes: Sizes) -> Iterator[Sifted]:
    """Yield what was matched, without the files that the store does not have in their size."""
    kept = iter(sizes)
    for matched in batch:
        found = matched.found
        lost = [
            name for (name, _, size, _), there in zip(found.values(), kept, strict=False) if size != there
        ]
        for name in lost:
            del found[name]
        yield _sift(matched)


def _batches(listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    batch: list[Listing] = []
    files, since = 0, time.monotonic()
    for listing in listings:
        batch.append(listing)
        files += len(listing.files)
        if listing is PAUSE:
            files = _BATCH_FILES
        is_late = time.monotonic() - since > _BATCH_SECONDS
        if is_late or files >= _BATCH_FILES or len(batch) >= _BATCH_LISTINGS:
            yield batch
            batch = []
            files, since = 0, time.monotonic()
    if batch:
        yield batch
