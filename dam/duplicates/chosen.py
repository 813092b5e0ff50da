"""The entities that a scope means."""

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.duplicates.scope import Scope
from dam.search.page import Entities


def entities_in(session: Session, scope: Scope) -> Entities:
    """Return the entities of a scope, by id."""
    statement = select(Entity.id).where(scope.condition()).order_by(Entity.id)
    return np.fromiter(session.scalars(statement.execution_options(yield_per=10_000)), dtype=np.int64)
