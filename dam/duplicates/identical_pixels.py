"""Which pictures may have the same pixels, and which do."""

import logging
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from dam.core.batched import batched
from dam.core.pending import pending_among
from dam.duplicates.classes import Classes, collapse
from dam.duplicates.criteria import PLAINEST, SMALLEST_SIDE
from dam.duplicates.pairs import UPRIGHT, Numbers, Pairs
from dam.duplicates.pictures import Pictures
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_pixel_hash_component import ImagePixelHashComponent, hash_pixels
from dam.models.image.raster import SHORT_SIDE
from dam.search.page import Entities

_logger = logging.getLogger(__name__)

_DRIFT = 10
"""Bits of PDQ that a scaled decode moves at most: 8 were seen."""


def may_be_identical(pictures: Pictures, classes: Classes, pairs: Pairs) -> Entities:
    """Return the pictures that some other one of their size may equal.

    The same pixels have the same hash, unless a large JPEG was decoded at a smaller scale and its equal,
    which is none, was not.
    """
    cells = _cells(pictures, classes)
    chosen = (cells.sizes > 1)[cells.of]
    upright = pairs.orientations == UPRIGHT
    near = pairs.chosen(upright & (pairs.distances <= _DRIFT))
    scaled = np.minimum(pictures.width, pictures.height) >= 2 * SHORT_SIDE
    linked = np.unique(np.concatenate([near.first, near.second]))
    by_class = _large_by_class(classes, linked, scaled)
    for one, other in zip(near.first.tolist(), near.second.tolist(), strict=True):
        for left in by_class.get(one, ()):
            for right in by_class.get(other, ()):
                if _size(pictures, left) == _size(pictures, right):
                    chosen[left] = chosen[right] = True
    # Of the pictures of one size in one class the loop has seen one: all are meant.
    return pictures.entities[np.isin(cells.of, cells.of[chosen])]


def _cells(pictures: Pictures, classes: Classes) -> Classes:
    """Return the pictures by class and size."""
    return collapse(np.array([classes.of, pictures.width, pictures.height], dtype=np.uint64))


def _large_by_class(classes: Classes, linked: Numbers, scaled: NDArray[np.bool_]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for picture in np.flatnonzero(np.isin(classes.of, linked) & scaled).tolist():
        members.setdefault(int(classes.of[picture]), []).append(picture)
    return members


def _size(pictures: Pictures, picture: int) -> tuple[int, int]:
    return int(pictures.width[picture]), int(pictures.height[picture])


def beyond_comparison(session: Session) -> Entities:
    """Return the pictures that PDQ says little about and another one of their size has the very same hash."""
    pdq, sides = ImagePDQComponent, DimensionsComponent
    statement = (
        select(sides.width, sides.height, pdq.value, pdq.entity_id)
        .join(sides, sides.entity_id == pdq.entity_id)
        .where(or_(pdq.quality < PLAINEST, sides.width < SMALLEST_SIDE, sides.height < SMALLEST_SIDE))
        .order_by(sides.width, sides.height, pdq.value, pdq.entity_id)
    )
    found: list[int] = []
    rows = session.execute(statement.execution_options(yield_per=10_000))
    for _, equals in groupby(rows, key=itemgetter(0, 1, 2)):
        lot = [row[3] for row in equals]
        found += lot if len(lot) > 1 else []
    return np.array(found, dtype=np.int64)


def still_undecoded(session: Session, entities: Entities) -> int:
    """Count of these entities those whose pixels are still to be hashed."""
    return sum(
        len(pending_among(session, [hash_pixels], some, named=True)) for some in batched(entities.tolist())
    )


def with_same_pixels(session: Session, entities: Entities) -> list[list[int]]:
    """Return which of these entities have the same pixels, as far as their pixels are hashed."""
    hashed = ImagePixelHashComponent
    lots: dict[bytes, list[int]] = {}
    for some in batched(entities.tolist()):
        # As the database has it: one that a tool has damaged must not end the whole search.
        digest: ColumnElement[Any] = type_coerce(hashed.digest, NullType())
        statement = select(digest, hashed.entity_id).where(hashed.entity_id.in_(some))
        for value, entity in session.execute(statement.order_by(hashed.entity_id)):
            if isinstance(value, bytes):
                lots.setdefault(value, []).append(entity)
            else:
                _logger.warning("damaged pixel hash: entity %d: it was not compared", entity)
    return [lot for lot in lots.values() if len(lot) > 1]
