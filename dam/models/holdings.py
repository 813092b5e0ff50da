"""How much the library holds."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dam.models.file_location_component import FileLocationComponent
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.stored_copy_component import StoredCopyComponent


@dataclass(frozen=True)
class Holdings:
    """Counts of places and contents, with sizes in bytes."""

    locations: int
    """Places that are open."""
    bytes: int
    """Size of all contents, each counted once."""
    stored: int
    """Contents whose bytes are in a store."""
    stored_bytes: int


def count_holdings(session: Session) -> Holdings:
    """Return what the library holds, as its rows say."""
    size = func.coalesce(func.sum(FilePropertiesComponent.size), 0)
    in_store = FilePropertiesComponent.entity_id.in_(select(StoredCopyComponent.entity_id))
    places = select(func.count()).where(FileLocationComponent.closed_at.is_(None))
    count, stored_bytes = session.execute(select(func.count(), size).where(in_store)).one()
    return Holdings(
        locations=session.execute(places.select_from(FileLocationComponent)).scalar_one(),
        bytes=int(session.execute(select(size)).scalar_one()),
        stored=count,
        stored_bytes=int(stored_bytes),
    )
