"""The pictures of a library that PDQ can compare, as arrays."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.core.ledger import LedgerRow, SystemRow, is_outdated
from dam.core.system import System
from dam.duplicates.criteria import PLAINEST, SMALLEST_SIDE
from dam.models.image import ImageComponent
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes import hash_perceptually
from dam.search.blocks import blocks
from dam.search.counting import count_rows
from dam.search.page import Entities
from dam.search.words import Words

_logger = logging.getLogger(__name__)

_FETCHED = 65536
_LARGEST = (1 << 32) - 1

PDQ = slice(0, 4)
"""The words of the PDQ hash, among what pictures are compared by."""
PHASH, DHASH = 4, 5
"""The 64-bit hashes."""
PLAIN = 6
"""Whether the picture has so little structure that PDQ alone says little; 0 or 1."""

Sides = NDArray[np.uint32]


@dataclass(frozen=True)
class Pictures:
    """Pictures with a PDQ hash that says something; every array has one item a picture, by ascending id."""

    entities: Entities
    planes: Words
    """What they are compared by, shape (7, count): see `PDQ` and the names beside it."""
    width: Sides
    height: Sides
    left_out: int = 0
    """Images that are not among them."""

    def __len__(self) -> int:
        return len(self.entities)


def load_pictures(session: Session, quality: int) -> Pictures:
    """Read all pictures whose hashes are current; those of less than that PDQ quality are plain.

    They take 72 bytes each, and half as much again while they are read. Left out are tiny pictures and
    the very plainest.
    """
    entities, pdq = _hashes(session, ImagePDQComponent)
    planes = np.zeros((7, len(entities)), dtype=np.uint64)
    planes[PDQ] = pdq
    del pdq
    width, height = _sides(session, entities)
    usable = np.minimum(width, height) >= SMALLEST_SIDE
    for plane, fingerprint in ((PHASH, ImagePHashComponent), (DHASH, ImageDHashComponent)):
        hashed, values = _hashes(session, fingerprint)
        places, known = _places(entities, hashed)
        planes[plane][places] = values[0][known]
        usable &= _marked(len(entities), places)
    planes[PLAIN] = np.isin(entities, _of_quality_below(session, quality))
    unusable = [_of_quality_below(session, PLAINEST)]
    unusable += [_outdated(session, system) for system in (hash_pdq, hash_perceptually)]
    for some in unusable:
        usable &= ~np.isin(entities, some)
    left_out = max(count_rows(session, ImageComponent) - int(usable.sum()), 0)
    if usable.all():
        return Pictures(entities, planes, width, height, left_out)
    return Pictures(entities[usable], planes[:, usable], width[usable], height[usable], left_out)


def _marked(count: int, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    marked = np.zeros(count, dtype=np.bool_)
    marked[places] = True
    return marked


def _hashes(session: Session, fingerprint: type[Fingerprint]) -> tuple[Entities, Words]:
    """Return a whole table."""
    parts = list(blocks(session, fingerprint))
    count = sum(len(part.entities) for part in parts)
    entities = np.empty(count, dtype=np.int64)
    planes = np.empty((fingerprint.bits // 64, count), dtype=np.uint64)
    end = count
    while parts:
        part = parts.pop()
        start = end - len(part.entities)
        entities[start:end], planes[:, start:end] = part.entities, part.planes
        end = start
    return entities, planes


def _places(entities: Entities, wanted: Entities) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return where those of the wanted that are there are, and which are; `entities` ascends."""
    places = np.searchsorted(entities, wanted)
    known = places < len(entities)
    known[known] = entities[places[known]] == wanted[known]
    return places[known], known


def _sides(session: Session, entities: Entities) -> tuple[Sides, Sides]:
    """Return the pictures' widths and heights; zero if they are not known."""
    width, height = np.zeros(len(entities), dtype=np.uint32), np.zeros(len(entities), dtype=np.uint32)
    dimensions = DimensionsComponent
    for rows in _fetched(session, select(dimensions.entity_id, dimensions.width, dimensions.height)):
        places, known = _places(entities, rows[:, 0])
        sides = np.minimum(rows[known, 1:], _LARGEST).astype(np.uint32)
        width[places], height[places] = sides[:, 0], sides[:, 1]
    return width, height


def _of_quality_below(session: Session, quality: int) -> Entities:
    return _column(session, select(ImagePDQComponent.entity_id).where(ImagePDQComponent.quality < quality))


def _outdated(session: Session, system: System[..., Any]) -> Entities:
    """Return the entities on which the system has another version than now."""
    number = select(SystemRow.id).where(SystemRow.name == system.name).scalar_subquery()
    return _column(session, select(LedgerRow.entity_id).where(is_outdated(number, system.version)))


def _column(session: Session, statement: Any) -> Entities:
    parts = [rows[:, 0] for rows in _fetched(session, statement)]
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _fetched(session: Session, statement: Any) -> Iterator[NDArray[np.int64]]:
    """Yield rows of whole numbers, shape (count, columns)."""
    result = session.execute(statement.execution_options(yield_per=_FETCHED))
    for partition in result.partitions():
        rows = [tuple(row) for row in partition]
        try:
            yield np.array(rows, dtype=np.int64)
        except (ValueError, TypeError, OverflowError):
            whole = [row for row in rows if all(isinstance(value, int) for value in row)]
            _logger.warning("damaged rows: %d: they were not compared", len(rows) - len(whole))
            yield np.array(whole, dtype=np.int64).reshape(-1, len(rows[0]))
