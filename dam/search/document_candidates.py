"""Documents that may resemble one: those that share bands or shingles with it, by indexes of the database."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from dam.core.component import table_of
from dam.models.document.document_band_component import DocumentBandComponent
from dam.models.document.document_shingle_component import DocumentShingleComponent

CANDIDATES = 200
"""Documents that are looked at closer: those that share most."""
_PROBES = 4000
"""Shingles that are asked for; of a longer text, that many all through it."""
_AT_ONCE = 500
_ROWS_LIMIT = 200_000
"""Rows that are looked at: only shingles that say nothing are as frequent."""


def candidates(session: Session, bands: Sequence[int], shingles: Sequence[int]) -> dict[int, int]:
    """Return the documents that share most, with how many of the shingles asked for each one has."""
    bands_table, shingles_table = table_of(DocumentBandComponent).c, table_of(DocumentShingleComponent).c
    near = _counts(session, select(bands_table.entity_id), bands_table.hash, bands)
    within = _counts(session, select(shingles_table.entity_id), shingles_table.hash, probes(shingles))
    chosen = {entity for counts in (near, within) for entity, _ in counts.most_common(CANDIDATES)}
    return {entity: within[entity] for entity in sorted(chosen)}


def probes(shingles: Sequence[int]) -> Sequence[int]:
    """Return the shingles that are asked for: those that are kept are of no order, and any will do."""
    return sorted(shingles)[:_PROBES]


def _counts(
    session: Session, entities: Select[int], column: ColumnElement[int], values: Sequence[int]
) -> Counter[int]:
    """Count the rows of each entity that have any of these values."""
    found: Counter[int] = Counter()
    left = _ROWS_LIMIT
    for start in range(0, len(values), _AT_ONCE):
        asked = values[start : start + _AT_ONCE]
        some = session.scalars(entities.where(column.in_(asked)).limit(left)).all()
        found.update(some)
        left -= len(some)
        if left <= 0:
            break
    return found


def sample_sizes(session: Session, entities: Sequence[int]) -> dict[int, int]:
    """Return how many shingles of each of these documents are kept."""
    table = table_of(DocumentShingleComponent).c
    counted = select(table.entity_id, func.count()).where(table.entity_id.in_(entities))
    return dict(session.execute(counted.group_by(table.entity_id)).all())
