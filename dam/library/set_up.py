"""Making a library, or bringing one up to date."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.config import Settings
from dam.core.database import Database, lock_table
from dam.errors import NoLibrary
from dam.models.stored_copy_component import StoredCopyComponent, StoreRow
from dam.services.file_storage import create_store, open_store


def set_up(settings: Settings) -> bool:
    """Create the database and the store of these settings, or upgrade them; tell whether that changed any."""
    from dam.migrations.upgrade import upgrade_database

    changed = upgrade_database(settings.database_url, busy_timeout=settings.busy_timeout)
    database = Database(settings.database_url, busy_timeout=settings.busy_timeout)
    try:
        with database.write() as session:
            return _set_up_store(session, settings.store) or changed
    finally:
        database.close()


def _set_up_store(session: Session, url: str) -> bool:
    """Make the store the database knows, or make one known to it; tell whether that was needed."""
    lock_table(session, StoreRow)
    known = session.scalars(select(StoreRow).order_by(StoreRow.id)).first()
    if known is not None and session.scalar(select(StoredCopyComponent.entity_id).limit(1)) is not None:
        try:
            open_store(url, expected_uuid=known.uuid)
        except NoLibrary as error:
            hint = "the database knows files in it: mount its disk, or set DAM_STORE to where it is now"
            raise NoLibrary(error.message, hint=hint) from None
        return False
    try:
        found = open_store(url, expected_uuid=known.uuid if known else None)
    except NoLibrary:
        found = None
    if found is not None and known is not None:
        return False
    store = found or create_store(url, known.uuid if known else str(uuid.uuid4()))
    if known is None:
        session.add(StoreRow(uuid=store.uuid))
    return True
