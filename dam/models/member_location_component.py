"""Where an entity's bytes are inside of another one: an archive has them under some name.

What an archive holds follows from its bytes, which never change. So a row is true as long as both
entities are there, and nothing is closed: the place is open while the archive has an open place itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.columns import Name, RowId, Timestamp
from dam.core.component import Component, table_of


class MemberLocationComponent(Component):
    """One place inside of an archive at which the entity's bytes are."""

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False, sort_order=-20)
    entity_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("entity.id", ondelete="CASCADE"), index=True, init=False, sort_order=-10
    )
    container_id: Mapped[int] = mapped_column(RowId, ForeignKey("entity.id", ondelete="CASCADE"))
    """The archive."""
    position: Mapped[int] = mapped_column(RowId)
    """Its number among the archive's entries."""
    path: Mapped[bytes] = mapped_column(Name)
    """The name as it stands in the archive."""
    first_seen: Mapped[datetime] = mapped_column(Timestamp)

    __table_args__ = (UniqueConstraint("container_id", "position"),)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A place in an archive as plain values."""

    entity_id: int
    position: int
    path: bytes


def replace_members(
    session: Session,
    container: int,
    positions: tuple[int, int | None],
    members: Collection[MemberRow],
    seen: datetime,
) -> set[int]:
    """Make these the members between two positions; return those positions that are new for their entity.

    The second position is exclusive; None means up to the end.
    """
    place = MemberLocationComponent
    start, end = positions
    within = [place.container_id == container, place.position >= start]
    if end is not None:
        within.append(place.position < end)
    rows = session.execute(select(place.entity_id, place.position, place.path).where(*within))
    known = {MemberRow(entity, position, bytes(path)) for entity, position, path in rows}
    gone = sorted(row.position for row in known.difference(members))
    if gone:
        session.execute(delete(place).where(place.container_id == container, place.position.in_(gone)))
    fresh = sorted(set(members) - known, key=lambda row: row.position)
    if fresh:
        values = [
            {
                "entity_id": row.entity_id,
                "container_id": container,
                "position": row.position,
                "path": row.path,
                "first_seen": seen,
            }
            for row in fresh
        ]
        session.execute(insert(table_of(MemberLocationComponent)), values)
    return {row.position for row in fresh}


def forget_members(session: Session, container: int) -> None:
    """Take away every place inside of what is no archive any more."""
    place = MemberLocationComponent
    session.execute(delete(place).where(place.container_id == container))


def member_places(session: Session, entities: Collection[int]) -> Mapping[int, list[MemberLocationComponent]]:
    """Return the places of these entities inside of archives, the oldest first."""
    place = MemberLocationComponent
    found: dict[int, list[MemberLocationComponent]] = {entity: [] for entity in entities}
    for row in session.scalars(select(place).where(place.entity_id.in_(entities)).order_by(place.id)):
        found[row.entity_id].append(row)
    return found


def containers_of(session: Session, entities: Collection[int]) -> dict[int, list[int]]:
    """Return the archives that these entities are in, by entity."""
    place = MemberLocationComponent
    statement = select(place.entity_id, place.container_id).where(place.entity_id.in_(entities)).distinct()
    found: dict[int, list[int]] = {}
    for entity, container in session.execute(statement.order_by(place.entity_id, place.container_id)):
        found.setdefault(entity, []).append(container)
    return found
