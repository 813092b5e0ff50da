"""Writing what was read into the database: one transaction a group."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dam.core.component import Values
from dam.core.ledger import Outcome
from dam.core.recognition import FileExtensionComponent, add_extensions, extension_of
from dam.core.registry import Registry
from dam.core.state import touch, write_first_results
from dam.core.visit import Result, Rows
from dam.ingest.added import Added, AddStatus, Reading
from dam.ingest.folders import Folders
from dam.models.content_hash_md5_component import ContentHashMD5Component
from dam.models.content_hash_sha256_component import get_or_add_by_sha256
from dam.models.directory import Place, get_or_add_directories
from dam.models.file_location_component import Sighting, record_sightings
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.stored_copy_component import add_stored_copies, find_stored


@dataclass(frozen=True)
class Recorder:
    """Records readings as entities with their identity, properties and places."""

    registry: Registry
    store_id: int
    folders: Folders = field(default_factory=Folders)

    def first_rows(self, same: Sequence[Reading]) -> Rows:
        """Return what will be known, before any system runs, of a content that is new."""
        extensions = sorted({extension_of(os.path.basename(reading.candidate.path)) for reading in same})
        rows: list[Values] = [{"extension": extension} for extension in extensions]
        return {FileExtensionComponent: rows}

    def record(
        self,
        session: Session,
        readings: Mapping[int, Reading],
        first: Mapping[bytes, Result],
        *,
        copied: bool,
    ) -> dict[int, Added]:
        """Write a group of readings, with the results of the visits to contents that are new.

        Safe to run again from its start, and beside other processes that record the same contents.
        """
        if not readings:
            return {}
        claimed = get_or_add_by_sha256(session, [readings[i].digests.sha256 for i in sorted(readings)])
        entities = {digest: entity for digest, (entity, _) in claimed.items()}
        created = {entity for entity, is_new in claimed.values() if is_new}
        self._describe(session, readings, entities, created)
        stored_before = find_stored(session, set(entities.values()))
        if copied:
            add_stored_copies(session, self.store_id, set(entities.values()))
        places = self._place(session, readings)
        fresh = record_sightings(
            session, [_sighting(readings[i], entities, place, copied) for i, place in places.items()]
        )
        self._extend(session, readings, entities, created)
        results = {d: replace(r, entity_id=entities[d]) for d, r in first.items() if entities[d] in created}
        write_first_results(session, self.registry, [r for r in results.values() if r.content != "altered"])
        newly_stored = set(entities.values()) - stored_before - created if copied else set()
        return _judge(readings, entities, created, places, fresh, newly_stored, results)

    def _describe(
        self,
        session: Session,
        readings: Mapping[int, Reading],
        entities: Mapping[bytes, int],
        created: set[int],
    ) -> None:
        """Write what never changes of the contents that this transaction is the first to record."""
        firsts: dict[int, Reading] = {}
        for reading in readings.values():
            firsts.setdefault(entities[reading.digests.sha256], reading)
        new = [(entity, firsts[entity]) for entity in sorted(created)]
        if not new:
            return
        session.execute(
            insert(ContentHashMD5Component),
            [{"entity_id": entity, "digest": reading.digests.md5} for entity, reading in new],
        )
        session.execute(
            insert(FilePropertiesComponent),
            [
                {
                    "entity_id": entity,
                    "size": reading.digests.size,
                    "original_name": os.path.basename(reading.candidate.path),
                }
                for entity, reading in new
            ],
        )

    def _place(self, session: Session, readings: Mapping[int, Reading]) -> dict[int, Place]:
        numbers = get_or_add_directories(session, {reading.folder for reading in readings.values()})
        return {
            index: Place(numbers[reading.folder], os.path.basename(reading.candidate.path))
            for index, reading in readings.items()
        }

    def _extend(
        self,
        session: Session,
        readings: Mapping[int, Reading],
        entities: Mapping[bytes, int],
        created: set[int],
    ) -> None:
        """Add extensions; content known before is recognised again if it has got a new one."""
        pairs = {
            (entities[r.digests.sha256], extension_of(os.path.basename(r.candidate.path)))
            for r in readings.values()
        }
        extended = add_extensions(session, pairs)
        touch(session, self.registry, sorted(extended - created), FileExtensionComponent)


def _sighting(reading: Reading, entities: Mapping[bytes, int], place: Place, copied: bool) -> Sighting:
    return Sighting(
        entity_id=entities[reading.digests.sha256],
        place=place,
        size=reading.facts.size,
        mtime_ns=reading.facts.mtime_ns,
        ctime_ns=reading.facts.ctime_ns,
        inode=reading.facts.inode,
        in_place=not copied,
        seen=reading.seen,
    )


def _judge(
    readings: Mapping[int, Reading],
    entities: Mapping[bytes, int],
    created: set[int],
    places: Mapping[int, Place],
    fresh: set[Place],
    newly_stored: set[int],
    results: Mapping[bytes, Result],
) -> dict[int, Added]:
    """Say what each reading was; of several that are the same, the first one counts as the new one."""
    judged: dict[int, Added] = {}
    still_new, still_fresh, still_unstored = set(created), set(fresh), set(newly_stored)
    for index in sorted(readings):
        digest = readings[index].digests.sha256
        entity = entities[digest]
        status = AddStatus.UNCHANGED
        note: str | None = None
        problems: tuple[str, ...] = ()
        if entity in still_new:
            status, problems = AddStatus.NEW, problems_of(results.get(digest))
        elif places[index] in still_fresh:
            status = AddStatus.DUPLICATE
        elif entity in still_unstored:
            status, note = AddStatus.DUPLICATE, "copied into the store"
        still_new.discard(entity)
        still_unstored.discard(entity)
        still_fresh.discard(places[index])
        candidate = readings[index].candidate
        judged[index] = Added(
            candidate.path, status, entity, digest, problems=problems, note=note, named=candidate.named
        )
    return judged


def problems_of(result: Result | None) -> tuple[str, ...]:
    """Return what failed in a visit, as text."""
    runs = result.runs if result else []
    return tuple(f"{run.system}: {run.message}" for run in runs if run.outcome is Outcome.FAILED)
