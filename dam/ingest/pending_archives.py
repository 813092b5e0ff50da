"""Which archives are to be expanded."""

from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.pending import is_pending
from dam.models.archive import ArchiveComponent
from dam.models.archive.archive_expansion_component import (
    EXPAND,
    ArchiveExpansionComponent,
    has_members_to_copy,
    was_too_deep,
)
from dam.models.member_location_component import MemberLocationComponent


def pending_archives(
    session: Session,
    among: ColumnElement[bool],
    *,
    retry_failed: bool = False,
    moved: bool = False,
    to_copy: bool = False,
    limit: int | None = None,
) -> list[int]:
    """Return the archives among some entities on which expansion is pending, by id.

    If they may have `moved`, also those that lay too deep where they were; with `to_copy` also those of
    which members are to be copied.
    """
    # Few entities are archives: without this every one would be looked at.
    archives = union(select(ArchiveComponent.entity_id), select(ArchiveExpansionComponent.entity_id))
    conditions = [is_pending(session, EXPAND, retry_failed=retry_failed)]
    if moved:
        conditions.append(was_too_deep())
    if to_copy:
        conditions.append(has_members_to_copy())
    statement = select(Entity.id).where(Entity.id.in_(archives), among, or_(*conditions))
    return list(session.scalars(statement.order_by(Entity.id).limit(limit)))


def are_in(archive: int) -> ColumnElement[bool]:
    """Return the condition that entities are members of an archive."""
    place = MemberLocationComponent
    return Entity.id.in_(select(place.entity_id).where(place.container_id == archive))
