"""The transaction that records some members of an archive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from dam.core.columns import utc_now
from dam.core.component import column_names, table_of
from dam.core.ledger import Entry, Run, forget, read_entries, write_runs
from dam.core.recognition import FileExtensionComponent
from dam.core.registry import Registry
from dam.core.state import lock_entities, touch, write_first_results
from dam.core.visit import Result
from dam.ingest.identity import describe_new, extend
from dam.ingest.unpack import MemberReading
from dam.models.archive.archive_expansion_component import EXPAND, ArchiveExpansionComponent
from dam.models.content_hash_sha256_component import get_or_add_by_sha256
from dam.models.member_location_component import MemberRow, forget_members, replace_members
from dam.models.stored_copy_component import add_stored_copies, find_stored


@dataclass(frozen=True)
class Progress:
    """How far an archive is expanded: its row as plain values."""

    version: int
    outermost_id: int
    copies: bool
    position: int = 0
    members: int = 0
    unpacked: int = 0
    failures: int = 0
    failure: str | None = None


@dataclass(frozen=True)
class Standing:
    """What the database says of an archive's expansion."""

    progress: Progress | None
    entry: Entry | None

    @property
    def is_under_way(self) -> bool:
        """Tell whether it has begun and not ended, at the present version."""
        return self.entry is None and self.progress is not None and self.progress.version == EXPAND.version


@dataclass(frozen=True)
class RecordedMembers:
    """What recording some members has come to."""

    new: int
    known: int
    pending: set[int]
    """The entities on which systems may be pending now."""


def standing_of(session: Session, archive: int) -> Standing:
    """Return how far an archive is expanded."""
    row = session.get(ArchiveExpansionComponent, (archive,))
    names = column_names(ArchiveExpansionComponent)
    progress = Progress(**{name: getattr(row, name) for name in names}) if row else None
    return Standing(progress, read_entries(session, [archive])[archive].get(EXPAND.name))


@dataclass(frozen=True)
class MemberRecorder:
    """Records members as entities whose place is in their archive."""

    registry: Registry
    store_id: int

    def record(
        self,
        session: Session,
        archive: int,
        given: Standing,
        progress: Progress,
        readings: Sequence[MemberReading],
        first: Mapping[bytes, Result],
        run: Run | None,
    ) -> RecordedMembers | None:
        """Write members and how far the expansion is now, and with `run` that it has ended.

        None if somebody else has gone on with this archive since `given` was read; nothing is written then.
        """
        lock_entities(session, [archive])
        if standing_of(session, archive) != given:
            return None
        start = given.progress.position if given.progress and given.is_under_way else 0
        recorded = self._write_members(session, archive, readings, first, progress, (start, run is None))
        _write_progress(session, archive, progress)
        if run is not None:
            write_runs(session, [(archive, run)])
        elif given.entry is not None:
            forget(session, [(archive, EXPAND.name)])
        return recorded

    def _write_members(
        self,
        session: Session,
        archive: int,
        readings: Sequence[MemberReading],
        first: Mapping[bytes, Result],
        progress: Progress,
        span: tuple[int, bool],
    ) -> RecordedMembers:
        claimed = get_or_add_by_sha256(session, [reading.digests.sha256 for reading in readings])
        entities = [claimed[reading.digests.sha256][0] for reading in readings]
        created = {entity for entity, is_new in claimed.values() if is_new}
        describe_new(session, readings, entities, created)
        if progress.copies and readings:
            older = set(entities) - created
            add_stored_copies(session, self.store_id, created | (older - find_stored(session, older)))
        rows = [MemberRow(e, r.position, r.path) for e, r in zip(entities, readings, strict=True)]
        start, goes_on = span
        replace_members(session, archive, (start, progress.position if goes_on else None), rows, utc_now())
        visited = {
            claimed[digest][0]: replace(result, entity_id=claimed[digest][0])
            for digest, result in first.items()
            if claimed[digest][1] and result.content == "fine"
        }
        write_first_results(session, self.registry, list(visited.values()))
        renamed = extend(session, readings, entities, created)
        touch(session, self.registry, sorted(renamed), FileExtensionComponent)
        pending = (set(entities) - created) | renamed | (created - visited.keys())
        return RecordedMembers(len(created), len(readings) - len(created), pending)


def withdraw(session: Session, archive: int) -> None:
    """Forget all that expanding made of what is no archive any more."""
    lock_entities(session, [archive])
    forget_members(session, archive)
    row = ArchiveExpansionComponent
    session.execute(delete(row).where(row.entity_id == archive))
    forget(session, [(archive, EXPAND.name)])


def _write_progress(session: Session, archive: int, progress: Progress) -> None:
    row = ArchiveExpansionComponent
    session.execute(delete(row).where(row.entity_id == archive))
    values = {name: getattr(progress, name) for name in column_names(row)}
    session.execute(insert(table_of(row)), [{"entity_id": archive, **values}])
