"""Contents that lie at several places: byte-identical files, which are one entity."""

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.duplicates.scope import Scope
from dam.models.file_location_component import FileLocationComponent, LocationState
from dam.search.page import Entities


def at_several_places(session: Session, scope: Scope) -> Entities:
    """Return the entities that are at two known places or more, by id.

    Places that are missing do not count, those offline do. For a scope of what is new it is enough that
    one of the places is.
    """
    place = FileLocationComponent
    statement = (
        select(place.entity_id)
        .where(place.closed_at.is_(None), place.state != LocationState.MISSING.value)
        .group_by(place.entity_id)
        .having(func.count() > 1)
        .order_by(place.entity_id)
    )
    if scope.having or scope.lacking or scope.where:
        statement = statement.join(Entity, Entity.id == place.entity_id).where(scope.components())
    if scope.new_since is not None:
        statement = statement.having(func.max(place.first_seen) >= scope.new_since)
    return np.fromiter(session.scalars(statement.execution_options(yield_per=10_000)), dtype=np.int64)
