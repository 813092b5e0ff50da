"""Contents that lie at several places: byte-identical files, which are one entity."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from dam.core.component import Entity, Kind
from dam.core.query import has
from dam.duplicates.scope import Scope
from dam.models.file_location_component import FileLocationComponent, LocationState
from dam.models.member_location_component import MemberLocationComponent
from dam.search.page import Entities

_READ_AHEAD = 10_000


def at_several_places(
    session: Session, scope: Scope, kinds: Collection[type[Kind]] | None = None
) -> Entities:
    """Return the entities that are a file at one known place at least, and at another one as well, by id.

    The other one may be inside of an archive that is at a known place. Places that are missing do not
    count, those offline do. For a scope of what is new it is enough that one of the places is.
    """
    files = _as_files(session, scope, kinds)
    return np.union1d(files, _in_archives_too(session, scope, kinds))


def _as_files(session: Session, scope: Scope, kinds: Collection[type[Kind]] | None) -> Entities:
    place = FileLocationComponent
    statement = _within(_open_files(select(place.entity_id)), scope, kinds)
    statement = statement.group_by(place.entity_id).having(func.count() > 1).order_by(place.entity_id)
    if scope.new_since is not None:
        statement = statement.having(func.max(place.first_seen) >= scope.new_since)
    return np.fromiter(session.scalars(statement.execution_options(yield_per=_READ_AHEAD)), dtype=np.int64)


def _in_archives_too(session: Session, scope: Scope, kinds: Collection[type[Kind]] | None) -> Entities:
    """Return the entities that are a file somewhere, and in an archive that is at a known place."""
    containers = _open_containers(session)
    if not containers:
        return np.empty(0, dtype=np.int64)
    place, member = FileLocationComponent, MemberLocationComponent
    columns = (place.entity_id, member.container_id, member.first_seen, place.first_seen)
    joined: Any = select(*columns).join(member, member.entity_id == place.entity_id)
    statement = _within(_open_files(joined), scope, kinds)
    found = set()
    for entity, container, *seen in session.execute(statement.execution_options(yield_per=_READ_AHEAD)):
        if container in containers and _is_new(scope.new_since, seen):
            found.add(entity)
    return np.array(sorted(found), dtype=np.int64)


def _open_containers(session: Session) -> set[int]:
    """Return the archives that are at a known place, or in one that is."""
    place, member = FileLocationComponent, MemberLocationComponent
    inside = select(member.container_id).distinct()
    lying = _open_files(select(place.entity_id)).where(place.entity_id.in_(inside)).distinct()
    found = set(session.scalars(lying))
    # Of archives in archives there are few: those that contain and are contained.
    nested = select(member.entity_id, member.container_id).where(member.entity_id.in_(inside)).distinct()
    rows = session.execute(nested).all()
    while fresh := {entity for entity, container in rows if container in found} - found:
        found |= fresh
    return found


def _open_files(statement: Select[Any]) -> Select[Any]:
    place = FileLocationComponent
    return statement.where(place.closed_at.is_(None), place.state != LocationState.MISSING.value)


def _within(statement: Select[Any], scope: Scope, kinds: Collection[type[Kind]] | None) -> Select[Any]:
    place = FileLocationComponent
    if scope.having or scope.lacking or scope.where or kinds is not None:
        statement = statement.join(Entity, Entity.id == place.entity_id).where(scope.components())
    if kinds is not None:
        statement = statement.where(or_(*map(has, kinds)))
    return statement


def _is_new(moment: datetime | None, seen: Collection[datetime]) -> bool:
    return moment is None or max(seen) >= moment
