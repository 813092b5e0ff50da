"""Which stores hold an entity's bytes."""

from collections.abc import Collection

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.columns import RowId
from dam.core.component import Base, Component
from dam.core.database import insert_or_ignore


class StoreRow(Base):
    """A store that this library knows, by the UUID in its marker."""

    __tablename__ = "store"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    uuid: Mapped[str] = mapped_column(Text, unique=True)


class StoredCopyComponent(Component):
    """The claim that a store holds the entity's bytes; written only once they are durable there."""

    store_id: Mapped[int] = mapped_column(RowId, ForeignKey("store.id"), primary_key=True)


def add_stored_copies(session: Session, store_id: int, entity_ids: Collection[int]) -> None:
    """Record that the store holds these entities' bytes; claims already there stay."""
    rows = [{"entity_id": entity_id, "store_id": store_id} for entity_id in sorted(entity_ids)]
    if rows:
        session.execute(insert_or_ignore(session, StoredCopyComponent), rows)


def find_stored(session: Session, entity_ids: Collection[int]) -> set[int]:
    """Return those of the entities whose bytes a store holds."""
    statement = select(StoredCopyComponent.entity_id).where(StoredCopyComponent.entity_id.in_(entity_ids))
    return set(session.scalars(statement))
