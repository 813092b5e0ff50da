"""Places the library knows already, told from new ones without opening a file."""

import os
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.columns import EPOCH
from dam.ingest.added import Added, AddStatus
from dam.ingest.discovery import Candidate
from dam.ingest.folders import Folders
from dam.ingest.walk import FoundKind
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.directory import Folder, Place, find_directories
from dam.models.file_location_component import FileLocationComponent, LocationState, find_open_locations
from dam.models.stored_copy_component import find_stored
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Store

_RACY = timedelta(seconds=2)
"""A file touched this shortly before it was read may have changed since with the same times."""


def find_unchanged(
    session: Session, folders: Folders, group: Sequence[Candidate], store: Store | None
) -> dict[int, Added]:
    """Return, by position, the candidates that need not be read.

    Their place is known with the same size, times and inode, and those times are to be trusted. With
    a `store` the bytes must be there too, both by the rows and by the store's own word.
    """
    places = _places(session, folders, group)
    rows = find_open_locations(session, set(places.values()))
    stored = find_stored(session, {row.entity_id for row in rows.values()})
    same: dict[int, int] = {}
    for index, place in places.items():
        row = rows.get(place)
        facts = group[index].facts
        if row is None or facts is None or (store and row.entity_id not in stored):
            continue
        if _is_same(row, facts):
            same[index] = row.entity_id
    digests = _digests(session, set(same.values()))
    if store:
        # What the store has lost is to be read, and so healed.
        same = {i: e for i, e in same.items() if store.size(digests[e]) == rows[places[i]].size}
    return {
        index: Added(
            group[index].path,
            AddStatus.UNCHANGED,
            entity=entity,
            sha256=digests.get(entity),
            named=group[index].named,
        )
        for index, entity in same.items()
    }


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


def _places(session: Session, folders: Folders, group: Sequence[Candidate]) -> dict[int, Place]:
    """Return the place of each file of the group whose folder is known."""
    wanted: dict[int, Folder] = {}
    for index, candidate in enumerate(group):
        if candidate.verdict is not FoundKind.FILE:
            continue
        try:
            wanted[index] = folders.of(os.path.dirname(candidate.path))
        except OSError:
            continue  # Reading it will fail as well, and say why.
    numbers = find_directories(session, set(wanted.values()))
    return {
        index: Place(numbers[folder], os.path.basename(group[index].path))
        for index, folder in wanted.items()
        if folder in numbers
    }


def _is_same(row: FileLocationComponent, facts: FileFacts) -> bool:
    known = (row.size, row.mtime_ns, row.ctime_ns, row.inode)
    if known != (facts.size, facts.mtime_ns, facts.ctime_ns, facts.inode):
        return False
    touched = EPOCH + timedelta(microseconds=max(row.mtime_ns, row.ctime_ns) // 1000)
    return row.state == LocationState.PRESENT.value and row.last_seen - touched > _RACY


def _digests(session: Session, entity_ids: Collection[int]) -> dict[int, bytes]:
    rows = session.execute(
        select(ContentHashSHA256Component.entity_id, ContentHashSHA256Component.digest).where(
            ContentHashSHA256Component.entity_id.in_(entity_ids)
        )
    )
    return {entity: bytes(digest) for entity, digest in rows}
