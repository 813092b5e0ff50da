"""Write into a database that files were added, without adding them."""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.columns import utc_now
from dam.core.database import Database
from dam.ingest.folders import Folders
from dam.models.content_hash_sha256_component import get_or_add_by_sha256
from dam.models.directory import Place, get_or_add_directories
from dam.models.file_location_component import Sighting, record_sightings
from dam.models.stored_copy_component import StoreRow, add_stored_copies
from dam.services.file_facts import FileFacts
from dam.services.stores.memory_store import MemoryStore


def long_after() -> datetime:
    """Return a moment so late that what is touched now is trusted by then."""
    return utc_now() + timedelta(seconds=10)


def remember(
    database: Database, paths: Iterable[Path], *, seen: datetime, store: MemoryStore | None = None
) -> dict[Path, int]:
    """Record these files as seen then, and their bytes as stored if there is a store; return the entities."""
    folders = Folders()
    ordered = sorted(paths)
    with database.write() as session:
        data = [path.read_bytes() for path in ordered]
        digests = [hashlib.sha256(one).digest() for one in data]
        claimed = get_or_add_by_sha256(session, digests)
        entities = [claimed[digest][0] for digest in digests]
        if store is not None:
            store.objects.update(zip(digests, data, strict=True))
            add_stored_copies(session, _store_id(session, store), set(entities))
        where = [folders.of(os.fsencode(path.parent)) for path in ordered]
        numbers = get_or_add_directories(session, where)
        sightings = []
        for path, entity, folder in zip(ordered, entities, where, strict=True):
            facts = FileFacts.of(path.lstat())
            sightings.append(
                Sighting(
                    entity_id=entity,
                    place=Place(numbers[folder], os.fsencode(path.name)),
                    size=facts.size,
                    mtime_ns=facts.mtime_ns,
                    ctime_ns=facts.ctime_ns,
                    inode=facts.inode,
                    in_place=store is None,
                    seen=seen,
                )
            )
        record_sightings(session, sightings)
    return dict(zip(ordered, entities, strict=True))


def _store_id(session: Session, store: MemoryStore) -> int:
    known = session.scalar(select(StoreRow.id).where(StoreRow.uuid == store.uuid))
    if known is not None:
        return known
    row = StoreRow(uuid=store.uuid)
    session.add(row)
    session.flush()
    return row.id
