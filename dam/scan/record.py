"""Writing what a scan found into the database, a group at a time."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dam.core.columns import utc_now
from dam.core.database import Database
from dam.core.recognition import FileExtensionComponent, add_extensions, extension_of
from dam.core.registry import Registry
from dam.core.state import touch
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.directory import Folder, Place, get_or_add_directories
from dam.models.file_location_component import (
    KnownPlace,
    LocationState,
    Sighting,
    close_locations,
    find_open_locations,
    lock_unaltered,
    mark_places,
    record_sightings,
)
from dam.scan.scanned import ScannedPlace, ScanStatus
from dam.services.digests import Digests
from dam.services.file_facts import FileFacts


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read to its end."""

    path: bytes
    folder: Folder
    facts: FileFacts
    digests: Digests
    seen: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scan found out about a known place, and wants to write down."""

    place: KnownPlace
    said: ScannedPlace
    read: Read | None = None
    """What was read: at the place itself, or, if it has moved, at the new one."""


@dataclass(frozen=True)
class ScanRecorder:
    """Writes findings, unless it is a dry run: then it only says what came of them."""

    database: Database
    registry: Registry
    run_on: Callable[[Iterable[int]], Iterable[object]]
    """Runs what is pending on entities."""
    dry_run: bool = False
    moment: datetime = field(default_factory=utc_now)
    """When places are closed: one moment for the whole scan, so that what has gone together shows it."""

    def record(self, findings: Sequence[Finding]) -> list[ScannedPlace]:
        """Write findings in one transaction and return what is to be said of them.

        A place that somebody else has written to since it was looked at is left to them.
        """
        if not findings:
            return []
        if self.dry_run:
            with self.database.read() as session:
                known = _known(session, findings)
            return [_said(finding, known) for finding in findings]
        said, extended = self.database.retrying(lambda session: self._write(session, findings))
        for _ in self.run_on(extended):
            pass
        return said

    def _write(self, session: Session, findings: Sequence[Finding]) -> tuple[list[ScannedPlace], list[int]]:
        unaltered = lock_unaltered(session, [finding.place for finding in findings])
        valid = [finding for finding in findings if finding.place.id in unaltered]
        known = _known(session, valid)
        taken = _taken(session, valid)
        valid = [finding for finding in valid if finding.place.id not in taken]
        mark_places(session, _ids(valid, ScanStatus.BACK), LocationState.PRESENT)
        mark_places(session, _ids(valid, ScanStatus.OFFLINE), LocationState.OFFLINE)
        gone = _ids(valid, ScanStatus.MISSING, ScanStatus.MOVED, ScanStatus.CHANGED)
        close_locations(session, gone, self.moment)
        sightings = _sightings(session, valid, known)
        record_sightings(session, sightings)
        extensions = {(one.entity_id, extension_of(one.place.name)) for one in sightings}
        extended = sorted(add_extensions(session, extensions))
        touch(session, self.registry, extended, FileExtensionComponent)
        written = {finding.place.id for finding in valid}
        return [
            _said(finding, known) if finding.place.id in written else _left_alone(finding)
            for finding in findings
        ], extended


def _known(session: Session, findings: Sequence[Finding]) -> dict[bytes, int]:
    digests = {finding.read.digests.sha256 for finding in findings if finding.read}
    return find_by_sha256(session, digests) if digests else {}


def _taken(session: Session, findings: Sequence[Finding]) -> set[int]:
    """Return the numbers of places whose new place somebody has added meanwhile."""
    moved = {f.place.id: f.read for f in findings if f.said.status is ScanStatus.MOVED and f.read}
    if not moved:
        return set()
    numbers = get_or_add_directories(session, {read.folder for read in moved.values()})
    places = {number: Place(numbers[read.folder], _name(read)) for number, read in moved.items()}
    known = find_open_locations(session, set(places.values()))
    return {number for number, place in places.items() if place in known}


def _sightings(session: Session, findings: Sequence[Finding], known: dict[bytes, int]) -> list[Sighting]:
    """Return what was seen of contents that the library knows, where it was seen."""
    reads = [
        (finding.place, finding.read, known[finding.read.digests.sha256])
        for finding in findings
        if finding.read and finding.read.digests.sha256 in known
    ]
    numbers = get_or_add_directories(session, {read.folder for _, read, _ in reads})
    return [
        Sighting(
            entity_id=entity,
            place=Place(numbers[read.folder], _name(read)),
            size=read.facts.size,
            mtime_ns=read.facts.mtime_ns,
            ctime_ns=read.facts.ctime_ns,
            inode=read.facts.inode,
            in_place=place.in_place,
            seen=read.seen,
        )
        for place, read, entity in reads
    ]


def _said(finding: Finding, known: dict[bytes, int]) -> ScannedPlace:
    if finding.said.status is not ScanStatus.CHANGED or finding.read is None:
        return finding.said
    entity = known.get(finding.read.digests.sha256)
    reason = "holds other bytes, which are not in the library" if entity is None else f"holds entity {entity}"
    hint = "add what it holds now: add-asset" if entity is None else None
    return replace(finding.said, new_entity=entity, reason=reason, hint=hint)


def _left_alone(finding: Finding) -> ScannedPlace:
    said = finding.said
    return ScannedPlace(said.path, ScanStatus.PRESENT, said.entity, reason="was recorded by another process")


def _ids(findings: Sequence[Finding], *statuses: ScanStatus) -> list[int]:
    return [finding.place.id for finding in findings if finding.said.status in statuses]


def _name(read: Read) -> bytes:
    return os.path.basename(read.path)
