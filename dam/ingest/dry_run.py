"""What adding would do, found out without writing anything."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from dam.core.database import Database
from dam.core.executor import Executor, run_jobs
from dam.ingest.add_and_expand import MemberTally
from dam.ingest.added import Added, AddStatus, Outcomes, UnchangedFiles
from dam.ingest.folders import Folders
from dam.ingest.known import KnownPlaces, unsifted
from dam.ingest.listing import PAUSE, Listing, heeding
from dam.ingest.options import AddOptions
from dam.ingest.take import Reading, Refused, Take
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.directory import Folder, Place, find_directories
from dam.models.file_location_component import find_open_locations
from dam.models.stored_copy_component import find_stored
from dam.services.file_storage import Store
from dam.services.temporary_map import TemporaryMap

_AT_ONCE = 256


@dataclass
class DryRun:
    """A run that reads and hashes what adding would read, and writes nothing. Iterate over it once."""

    database: Database
    executor: Executor
    listings: Iterable[Listing]
    store: Store
    options: AddOptions
    until: Callable[[], bool] = lambda: False
    """When it returns true the run ends with what it has found out, and reads no other file."""
    ignored: int = 0
    """How many names were left out so far because a `.damignore` says so."""
    members: MemberTally = field(default_factory=MemberTally)
    """What came of archives: nothing, they are not opened."""
    is_cut_short: bool = False
    """Whether something was left that was not looked at."""
    _has_failed: bool = False
    _folders: Folders = field(default_factory=Folders)
    _contents: TemporaryMap[bytes] = field(default_factory=TemporaryMap)
    """What would be in the library by now, by SHA-256."""
    _places: TemporaryMap[bytes] = field(default_factory=TemporaryMap)
    """By path, the SHA-256 of what would be known there by now."""

    def __iter__(self) -> Iterator[Outcomes]:
        takes: list[Take] = []
        count = 0
        known = KnownPlaces(self.database, self._folders, self.store if self.options.copy else None)
        listings = heeding(self.listings, self.until)
        for sifted in map(unsifted, listings) if self.options.reads_everything else known.sift_all(listings):
            if self._has_failed or self.until():
                self.is_cut_short = True
                break
            listing = sifted.listing
            self.ignored += listing.ignored
            yield self._noted([Added.of(candidate) for candidate in listing.others])
            yield UnchangedFiles(listing.folder, sifted.unchanged, listing.named)
            for name, status in sifted.changed:
                count += 1
                takes.append(self._take(count, os.path.join(listing.folder, name), status.st_size, listing))
            if len(takes) >= _AT_ONCE or listing is PAUSE:
                yield self._foretell(takes)
                takes = []
        yield self._foretell(takes)

    def _noted(self, outcomes: list[Added]) -> list[Added]:
        """Return the same, having noted a failure that is to end the run."""
        if self.options.stop_on_error and any(one.status is AddStatus.FAILED for one in outcomes):
            self._has_failed = True
        return outcomes

    def _take(self, number: int, path: bytes, size: int, listing: Listing) -> Take:
        return Take(number, path, size, listing.named, follow=self.options.follow_links)

    def _foretell(self, takes: list[Take]) -> list[Added]:
        read: dict[int, Reading | Refused] = {}
        failed_before = self._has_failed
        for job, result in run_jobs(
            self.executor, takes, lambda: self.until() or self._has_failed > failed_before
        ):
            read[job.number] = result
            if isinstance(result, Refused):
                self._noted([Added.refused(job, result)])
        self.is_cut_short = self.is_cut_short or len(read) < len(takes)
        done = [(job, read[job.number]) for job in takes if job.number in read]
        readings = [result for _, result in done if isinstance(result, Reading)]
        with self.database.read() as session:
            judged = {reading.number: one for reading, one in self._judge(session, readings)}
        return [
            Added.refused(job, result) if isinstance(result, Refused) else judged[job.number]
            for job, result in done
        ]

    def _judge(self, session: Session, readings: list[Reading]) -> Iterator[tuple[Reading, Added]]:
        folders = self._folders_of(readings)
        numbers = find_directories(session, set(folders.values()))
        places = {n: Place(numbers[f], p) for (n, p), f in folders.items() if f in numbers}
        rows = find_open_locations(session, set(places.values()))
        entities = find_by_sha256(session, {reading.digests.sha256 for reading in readings})
        stored = find_stored(session, set(entities.values()))
        for reading in readings:
            digest = reading.digests.sha256
            entity = entities.get(digest)
            place = places.get(reading.number)
            row = rows.get(place) if place else None
            is_there = row is not None and row.entity_id == entity
            is_complete = entity in stored or not self.options.copy
            status = AddStatus.DUPLICATE
            if (is_there and is_complete) or self._places.get(reading.path) == digest:
                status = AddStatus.UNCHANGED
            elif entity is None and digest not in self._contents:
                status = AddStatus.NEW
            self._contents.put(digest)
            self._places.put(reading.path, digest)
            size = reading.digests.size
            to_move = self.options.move
            note = "would be moved" if to_move else None
            yield (
                reading,
                Added(
                    reading.path,
                    status,
                    entity,
                    digest,
                    size,
                    note=note,
                    named=reading.named,
                    to_move=to_move,
                ),
            )

    def _folders_of(self, readings: list[Reading]) -> dict[tuple[int, bytes], Folder]:
        return {(r.number, r.name): self._folders.of(os.path.dirname(r.path)) for r in readings}
