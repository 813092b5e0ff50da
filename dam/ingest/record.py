"""Writing what was read into the database: one transaction a group."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from dam.core.ledger import Outcome
from dam.core.recognition import FileExtensionComponent
from dam.core.registry import Registry
from dam.core.state import touch, write_first_results
from dam.core.visit import Result
from dam.ingest.added import Added, AddStatus
from dam.ingest.folders import Folders
from dam.ingest.identity import describe_new, extend
from dam.ingest.take import Reading
from dam.models.content_hash_sha256_component import get_or_add_by_sha256
from dam.models.directory import Place, get_or_add_directories
from dam.models.file_location_component import Sighting, record_sightings
from dam.models.stored_copy_component import add_stored_copies, find_stored


@dataclass(frozen=True)
class Recorded:
    """What recording a group has come to."""

    added: list[Added]
    """What became of each reading, in their order."""
    places: list[Place]
    """Where each reading was found."""
    pending: set[int]
    """The entities on which systems may be pending now."""


@dataclass(frozen=True)
class Recorder:
    """Records readings as entities with their identity, properties and places."""

    registry: Registry
    store_id: int
    folders: Folders = field(default_factory=Folders)

    def record(
        self,
        session: Session,
        readings: Sequence[Reading],
        first: Mapping[bytes, Result],
        *,
        copied: bool,
    ) -> Recorded:
        """Write a group of readings, with the results of the visits to contents that are new.

        Safe to run again from its start, and beside other processes that record the same contents.
        """
        claimed = get_or_add_by_sha256(session, [reading.digests.sha256 for reading in readings])
        entities = [claimed[reading.digests.sha256][0] for reading in readings]
        created = {entity for entity, is_new in claimed.values() if is_new}
        older = set(entities) - created
        describe_new(session, readings, entities, created)
        unstored = older - find_stored(session, older) if copied and older else set()
        if copied:
            add_stored_copies(session, self.store_id, created | unstored)
        places = self._places(session, readings)
        fresh = record_sightings(
            session, [_sighting(r, e, p, copied) for r, e, p in zip(readings, entities, places, strict=True)]
        )
        visited = {
            claimed[digest][0]: replace(result, entity_id=claimed[digest][0])
            for digest, result in first.items()
            if claimed[digest][1] and result.content != "altered"
        }
        write_first_results(session, self.registry, list(visited.values()))
        renamed = extend(session, readings, entities, created)
        touch(session, self.registry, sorted(renamed), FileExtensionComponent)
        return Recorded(
            _judge(readings, entities, places, created, fresh, unstored, visited),
            places,
            pending=older | renamed | (created - visited.keys()),
        )

    def _places(self, session: Session, readings: Sequence[Reading]) -> list[Place]:
        folders = [self.folders.of(os.path.dirname(reading.path)) for reading in readings]
        numbers = get_or_add_directories(session, set(folders))
        return [
            Place(numbers[folder], reading.name) for folder, reading in zip(folders, readings, strict=True)
        ]


def _sighting(reading: Reading, entity: int, place: Place, copied: bool) -> Sighting:
    return Sighting(
        entity_id=entity,
        place=place,
        size=reading.facts.size,
        mtime_ns=reading.facts.mtime_ns,
        ctime_ns=reading.facts.ctime_ns,
        inode=reading.facts.inode,
        in_place=not copied,
        seen=reading.seen,
    )


def _judge(
    readings: Sequence[Reading],
    entities: Sequence[int],
    places: Sequence[Place],
    created: set[int],
    fresh: set[Place],
    unstored: set[int],
    visited: Mapping[int, Result],
) -> list[Added]:
    """Say what each reading was; of several that are the same, the first one counts as the new one."""
    still_new, still_fresh, still_unstored = set(created), set(fresh), set(unstored)
    judged = []
    for reading, entity, place in zip(readings, entities, places, strict=True):
        status = AddStatus.UNCHANGED
        note: str | None = None
        problems: tuple[str, ...] = ()
        if entity in still_new:
            status, problems = AddStatus.NEW, problems_of(visited.get(entity))
        elif place in still_fresh:
            status = AddStatus.DUPLICATE
        elif entity in still_unstored:
            status, note = AddStatus.DUPLICATE, "copied into the store"
        still_new.discard(entity)
        still_unstored.discard(entity)
        still_fresh.discard(place)
        judged.append(
            Added(
                reading.path,
                status,
                entity,
                reading.digests.sha256,
                reading.digests.size,
                problems=problems,
                note=note,
                named=reading.named,
            )
        )
    return judged


def problems_of(result: Result | None) -> tuple[str, ...]:
    """Return what failed in a visit, as text."""
    runs = result.runs if result else []
    return tuple(f"{run.system}: {run.message}" for run in runs if run.outcome is Outcome.FAILED)
