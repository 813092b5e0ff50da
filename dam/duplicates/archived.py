"""What is nowhere but inside of archives: a copy that nobody can keep as it is."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.models.file_location_component import FileLocationComponent, LocationState
from dam.models.member_location_component import MemberLocationComponent
from dam.models.stored_copy_component import StoredCopyComponent
from dam.search.page import Entities


def only_in_archives(session: Session, entities: Entities) -> NDArray[np.bool_]:
    """Return which of these entities are in an archive, and neither at a known place nor in the store."""
    found = np.zeros(len(entities), dtype=np.bool_)
    member, place, copy = MemberLocationComponent, FileLocationComponent, StoredCopyComponent
    if session.scalar(select(member.id).limit(1)) is None:
        return found
    is_file = exists().where(
        place.entity_id == member.entity_id,
        place.closed_at.is_(None),
        place.state != LocationState.MISSING.value,
    )
    is_stored = exists().where(copy.entity_id == member.entity_id)
    statement = select(member.entity_id).distinct().where(~is_file, ~is_stored)
    for some in batched(entities.tolist()):
        found[np.isin(entities, list(session.scalars(statement.where(member.entity_id.in_(some)))))] = True
    return found
