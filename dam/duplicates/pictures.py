"""The pictures of a library that PDQ can compare, as arrays."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.duplicates.compaction import compacted
from dam.duplicates.criteria import PLAINEST, SMALLEST_SIDE
from dam.models.image import ImageComponent
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.search import currency
from dam.search.blocks import blocks
from dam.search.counting import count_rows
from dam.search.currency import outdated
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
"""Whether the picture has so little structure, or is so small, that PDQ alone says little; 0 or 1."""

Sides = NDArray[np.uint32]
Marks = NDArray[np.bool_]


class LeftOut(NamedTuple):
    """How many images are not compared, and why."""

    plain: int = 0
    """They are too small or too plain."""
    unhashed: int = 0
    """They lack current hashes, or their size is not known."""
    undecodable: int = 0
    """They cannot be decoded."""


_NOTHING = LeftOut()


@dataclass(frozen=True)
class Pictures:
    """Pictures with a PDQ hash that says something; every array has one item a picture, by ascending id."""

    entities: Entities
    width: Sides
    height: Sides
    left_out: LeftOut = _NOTHING
    """Images that are not among them."""

    def __len__(self) -> int:
        return len(self.entities)

    def marked(self, entities: Entities) -> Marks:
        """Return which of the pictures are these entities."""
        marks = np.zeros(len(self), dtype=np.bool_)
        marks[_places(self.entities, entities)[0]] = True
        return marks


def load_pictures(session: Session, quality: int, side: int = SMALLEST_SIDE) -> tuple[Pictures, Words]:
    """Read all pictures whose hashes are current; those of less than that PDQ quality or side are plain.

    With them comes what they are compared by, shape (7, count): see `PDQ` and the names beside it. A
    picture takes 72 bytes, and hardly more while it is read. Left out are tiny ones and the very plainest.
    """
    entities, planes = _with_pdq(session)
    width, height = _sides(session, entities)
    usable = width > 0
    for plane, fingerprint in ((PHASH, ImagePHashComponent), (DHASH, ImageDHashComponent)):
        usable &= _fill(session, fingerprint, entities, planes[plane])
    for places in _found(session, entities, _of_quality_below(quality)):
        planes[PLAIN, places] = 1
    planes[PLAIN, np.minimum(width, height) < side] = 1
    for hashing in (currency.PDQ, currency.PERCEPTUAL):
        for places in _found(session, entities, outdated(hashing)):
            usable[places] = False
    hashed = int(np.count_nonzero(usable))
    usable &= np.minimum(width, height) >= SMALLEST_SIDE
    for places in _found(session, entities, _of_quality_below(PLAINEST)):
        usable[places] = False
    left_out = _left_out(session, hashed, plain=hashed - int(np.count_nonzero(usable)))
    if usable.all():
        return Pictures(entities, width, height, left_out), planes
    chosen = Pictures(entities[usable], width[usable], height[usable], left_out)
    return chosen, compacted(planes, usable)


def _left_out(session: Session, hashed: int, *, plain: int) -> LeftOut:
    undecodable = session.scalar(currency.undecodable(currency.PDQ, currency.PERCEPTUAL)) or 0
    return LeftOut(plain, max(count_rows(session, ImageComponent) - hashed - undecodable, 0), undecodable)


def _with_pdq(session: Session) -> tuple[Entities, Words]:
    """Return the entities with a PDQ hash and their planes, of which only that is filled in."""
    count = count_rows(session, ImagePDQComponent)
    entities, planes = np.empty(count, dtype=np.int64), np.zeros((7, count), dtype=np.uint64)
    end = 0
    for part in blocks(session, ImagePDQComponent):
        start, end = end, end + len(part.entities)
        if end > len(entities):
            # A damaged page says that it has fewer than the table has.
            entities, planes = (_with_room(array, 2 * end) for array in (entities, planes))
        entities[start:end], planes[PDQ, start:end] = part.entities, part.planes
    return entities[:end], planes[:, :end]


def _with_room(array: NDArray[Any], count: int) -> NDArray[Any]:
    """Return the array with room for so many along its last axis."""
    larger = np.zeros((*array.shape[:-1], count), dtype=array.dtype)
    larger[..., : array.shape[-1]] = array
    return larger


def _fill(session: Session, fingerprint: type[Fingerprint], entities: Entities, plane: Words) -> Marks:
    """Write the entities' fingerprints into the plane; return which of them have one."""
    marks = np.zeros(len(entities), dtype=np.bool_)
    for part in blocks(session, fingerprint):
        places, known = _places(entities, part.entities)
        plane[places] = part.planes[0, known]
        marks[places] = True
    return marks


def _places(entities: Entities, wanted: Entities) -> tuple[NDArray[np.intp], Marks]:
    """Return where those of the wanted that are there are, and which are; `entities` ascends."""
    places = np.searchsorted(entities, wanted)
    known = places < len(entities)
    known[known] = entities[places[known]] == wanted[known]
    return places[known], known


def _found(session: Session, entities: Entities, statement: Any) -> Iterator[NDArray[np.intp]]:
    """Yield where those are that a statement selects."""
    for rows in _fetched(session, statement):
        yield _places(entities, rows[:, 0])[0]


def _sides(session: Session, entities: Entities) -> tuple[Sides, Sides]:
    """Return the pictures' widths and heights; zero if they are not known."""
    width, height = np.zeros(len(entities), dtype=np.uint32), np.zeros(len(entities), dtype=np.uint32)
    dimensions = DimensionsComponent
    for rows in _fetched(session, select(dimensions.entity_id, dimensions.width, dimensions.height)):
        places, known = _places(entities, rows[:, 0])
        sides = np.minimum(rows[known, 1:], _LARGEST).astype(np.uint32)
        width[places], height[places] = sides[:, 0], sides[:, 1]
    return width, height


def _of_quality_below(quality: int) -> Any:
    return select(ImagePDQComponent.entity_id).where(ImagePDQComponent.quality < quality)


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
