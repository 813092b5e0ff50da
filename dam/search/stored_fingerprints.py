"""The fingerprints that the library has of pictures, as far as they are current."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, and_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from dam.core.batched import batched
from dam.core.ledger import LedgerRow
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.search.currency import PDQ, PERCEPTUAL
from dam.search.image_fingerprints import ImageFingerprints

_WORD = (1 << 64) - 1

_logger = logging.getLogger(__name__)


def fingerprints_of(session: Session, entities: Sequence[int]) -> dict[int, ImageFingerprints]:
    """Return the fingerprints of these entities; those without current hashes are left out.

    So are those with damaged ones, with a warning.
    """
    found: dict[int, ImageFingerprints] = {}
    statement = _hashed()
    for some in batched(entities):
        for row in session.execute(statement.where(ImagePHashComponent.entity_id.in_(some))):
            if (read := _read(*row[1:])) is not None:
                found[row[0]] = read
            else:
                _logger.warning("damaged fingerprints: entity %d: it was not compared", row[0])
    return found


def _hashed() -> Select[Any]:
    """Select the entities with current hashes: all that `_read` needs, PDQ and size where they are there."""
    phash, dhash, ahash = ImagePHashComponent, ImageDHashComponent, ImageAHashComponent
    pdq, size = ImagePDQComponent, DimensionsComponent
    old_hashes, old_pdq = aliased(LedgerRow), aliased(LedgerRow)
    are_old, is_old = (
        and_(
            entry.entity_id == phash.entity_id,
            entry.system_id == hashing.number,
            entry.version != hashing.system.version,
        )
        for entry, hashing in ((old_hashes, PERCEPTUAL), (old_pdq, PDQ))
    )
    # As the database has them: one that a tool has damaged must not end the whole search.
    raw = [
        type_coerce(component.value, BigInteger).label(component.__tablename__)
        for component in (phash, ahash, dhash)
    ]
    columns: list[Any] = [
        phash.entity_id,
        *raw,
        old_pdq.entity_id,
        pdq.value,
        pdq.quality,
        size.width,
        size.height,
    ]
    statement: Select[Any] = (
        select(*columns)
        .join(dhash, dhash.entity_id == phash.entity_id)
        .join(ahash, ahash.entity_id == phash.entity_id)
        .outerjoin(old_hashes, are_old)
        .outerjoin(old_pdq, is_old)
        .outerjoin(pdq, pdq.entity_id == phash.entity_id)
        .outerjoin(size, size.entity_id == phash.entity_id)
        .where(old_hashes.entity_id.is_(None))
    )
    return statement


def _read(
    phash: Any, ahash: Any, dhash: Any, old_pdq: Any, pdq: Any, quality: Any, width: Any, height: Any
) -> ImageFingerprints | None:
    if not all(isinstance(value, int) for value in (phash, ahash, dhash)):
        return None
    is_whole = old_pdq is None and isinstance(pdq, bytes) and len(pdq) * 8 == ImagePDQComponent.bits
    return ImageFingerprints(
        phash & _WORD,
        ahash & _WORD,
        dhash & _WORD,
        pdq if is_whole else None,
        quality if is_whole and isinstance(quality, int) else 0,
        min(width, height) if isinstance(width, int) and isinstance(height, int) else 0,
    )
