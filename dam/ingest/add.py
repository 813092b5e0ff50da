"""Adding files: bytes durable, then rows durable, then say so, a group at a time."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dam.core.columns import utc_now
from dam.core.run import Runner
from dam.core.visit import Result, Task
from dam.errors import SourceError
from dam.ingest.added import Added, AddStatus, Reading
from dam.ingest.known import find_unchanged
from dam.ingest.listing import Candidate, FoundKind
from dam.ingest.record import Recorder
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.stored_copy_component import find_stored
from dam.services.digests import digest_chunks
from dam.services.file_storage import Staged, Store
from dam.services.source_file import NotRegular, SourceFile, read_settled
from dam.services.sources import InPlaceSource, StoredSource

GROUP_FILES = 64
GROUP_SECONDS = 1.0


@dataclass(frozen=True)
class Adder:
    """Adds files to a library."""

    runner: Runner
    store: Store
    recorder: Recorder
    copy: bool = True
    """Copy the bytes into the store; otherwise register them where they are."""

    def add(self, candidates: Iterable[Candidate]) -> Iterator[Added]:
        """Add what can be added, and yield what came of every candidate once that is durable.

        Raises StoreError, NoSpace or DatabaseError when the library itself fails: the group under way
        is not acknowledged then, and adding the same paths again completes it.
        """
        for group in grouped(candidates):
            yield from self._add_group(group)

    def _add_group(self, group: Sequence[Candidate]) -> list[Added]:
        with self.runner.database.read() as session:
            outcomes = find_unchanged(
                session, self.recorder.folders, group, self.store if self.copy else None
            )
        readings: dict[int, Reading] = {}
        try:
            for index, candidate in enumerate(group):
                if candidate.verdict is not FoundKind.FILE:
                    outcomes[index] = Added.of(candidate)
                elif index not in outcomes:
                    reading = self._read(candidate)
                    if isinstance(reading, Added):
                        outcomes[index] = reading
                    else:
                        readings[index] = reading
        except BaseException:
            self.store.discard([reading.staged for reading in readings.values() if reading.staged])
            raise
        outcomes |= self._record(readings)
        return [outcomes[index] for index in range(len(group))]

    def _read(self, candidate: Candidate) -> Reading | Added:
        """Read one file, into the store's staging area if it is to be copied."""
        try:
            seen = utc_now()
            folder = self.recorder.folders.of(os.path.dirname(candidate.path))
            facts, taken = read_settled(candidate.path, self._take)
        except NotRegular as error:
            return Added.refused(candidate, AddStatus.SKIPPED, error)
        except (SourceError, OSError) as error:
            return Added.refused(candidate, AddStatus.FAILED, error)
        if isinstance(taken, Staged):
            return Reading(candidate, facts, taken.digests, taken, folder, seen)
        return Reading(candidate, facts, taken, None, folder, seen)

    def _take(self, source: SourceFile):  # type: ignore[no-untyped-def]
        return self.store.stage(source.chunks()) if self.copy else digest_chunks(source.chunks())

    def _record(self, readings: Mapping[int, Reading]) -> dict[int, Added]:
        """Make the bytes durable, visit what is new, write the rows, run what is pending on the rest."""
        if not readings:
            return {}
        with self.runner.database.read() as session:
            known = find_by_sha256(session, {reading.digests.sha256 for reading in readings.values()})
            claimed = find_stored(session, set(known.values()))
        staged = [reading.staged for reading in readings.values() if reading.staged]
        published = self.store.publish(staged) if staged else []
        # What the rows claimed already and yet was not there had been lost.
        healed = {
            one.digests.sha256
            for one in published
            if one.healed or (one.created and known.get(one.digests.sha256) in claimed)
        }
        first = self._visit_new([r for r in readings.values() if r.digests.sha256 not in known])
        recorded = self.runner.database.retrying(
            lambda session: self.recorder.record(session, readings, first, copied=self.copy)
        )
        for _ in self.runner.run_on(
            one.entity for one in recorded.values() if one.status is AddStatus.DUPLICATE and one.entity
        ):
            pass
        return {index: one.with_healing() if one.sha256 in healed else one for index, one in recorded.items()}

    def _visit_new(self, readings: Sequence[Reading]) -> dict[bytes, Result]:
        """Visit these contents, which are new, once each."""
        fresh: dict[bytes, list[Reading]] = {}
        for reading in readings:
            fresh.setdefault(reading.digests.sha256, []).append(reading)
        digests = list(fresh)
        tasks = (self._task(number, fresh[digest]) for number, digest in enumerate(digests))
        return {digests[result.entity_id]: result for result in self.runner.executor.visit(tasks)}

    def _task(self, number: int, same: Sequence[Reading]) -> Task:
        first = same[0]
        sha256, size = first.digests.sha256, first.digests.size
        in_place = InPlaceSource(first.candidate.path, sha256, size)
        return Task(
            entity_id=number,
            systems=self.runner.registry.systems,
            rows=self.recorder.first_rows(same),
            source=StoredSource(self.store, sha256, size) if first.staged else in_place,
            derived=self.store,
        )


def grouped(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Yield candidates in groups that are neither large nor long in the making."""
    group: list[Candidate] = []
    since = time.monotonic()
    for candidate in candidates:
        group.append(candidate)
        if len(group) >= GROUP_FILES or time.monotonic() - since > GROUP_SECONDS:
            yield group
            group, since = [], time.monotonic()
    if group:
        yield group
