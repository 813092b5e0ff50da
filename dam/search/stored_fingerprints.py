"""The fingerprints that the library has of pictures, as far as they are of the systems' current versions."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, and_, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from dam.core.batched import batched
from dam.core.ledger import LedgerRow, Outcome, has_outdated, system_ids_known
from dam.models.image import ImageComponent
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes import hash_perceptually
from dam.search.counting import count_rows
from dam.search.image_fingerprints import ImageFingerprints

_UNKNOWN = -1
"""The id of a system that was never run: no entry has it."""
_WORD = (1 << 64) - 1

_logger = logging.getLogger(__name__)


def fingerprints_of(session: Session, entities: Sequence[int]) -> dict[int, ImageFingerprints]:
    """Return the fingerprints of these entities; those without current hashes are left out.

    So are those with damaged ones, with a warning.
    """
    found: dict[int, ImageFingerprints] = {}
    statement = _hashed(session)
    for some in batched(entities):
        for row in session.execute(statement.where(ImagePHashComponent.entity_id.in_(some))):
            if (read := _read(*row[1:])) is not None:
                found[row[0]] = read
            else:
                _logger.warning("damaged fingerprints: entity %d: it was not compared", row[0])
    return found


def count_uncompared(session: Session) -> int:
    """Count the images that are still to be hashed; those that cannot be decoded never will."""
    number = system_ids_known(session, [hash_perceptually.name]).get(hash_perceptually.name, _UNKNOWN)
    images = select(func.count()).select_from(ImageComponent)
    if not has_outdated(session, number, hash_perceptually.version):
        # Counting is enough. Looking each up takes ages.
        failed = select(func.count()).where(
            LedgerRow.system_id == number, LedgerRow.outcome == Outcome.FAILED.value
        )
        settled = count_rows(session, ImagePHashComponent) + (session.scalar(failed) or 0)
        return max(0, count_rows(session, ImageComponent) - settled)
    entry = select(LedgerRow.entity_id).where(
        LedgerRow.entity_id == ImageComponent.entity_id,
        LedgerRow.system_id == number,
        LedgerRow.version == hash_perceptually.version,
        LedgerRow.outcome.in_([o.value for o in (Outcome.DONE, Outcome.NOTHING, Outcome.FAILED)]),
    )
    return session.scalar(images.where(~entry.exists())) or 0


def _hashed(session: Session) -> Select[Any]:
    """Select the entities with current hashes: all that `_read` needs, PDQ and size where they are there."""
    phash, dhash, ahash = ImagePHashComponent, ImageDHashComponent, ImageAHashComponent
    pdq, size = ImagePDQComponent, DimensionsComponent
    numbers = system_ids_known(session, [hash_perceptually.name, hash_pdq.name])
    hashes, pdqs = aliased(LedgerRow), aliased(LedgerRow)
    is_hashed, has_pdq = (
        and_(
            entry.entity_id == phash.entity_id,
            entry.system_id == numbers.get(system.name, _UNKNOWN),
            entry.version == system.version,
            entry.outcome == Outcome.DONE.value,
        )
        for entry, system in ((hashes, hash_perceptually), (pdqs, hash_pdq))
    )
    # As the database has them: one that a tool has damaged must not end the whole search.
    raw = [
        type_coerce(component.value, BigInteger).label(component.__tablename__)
        for component in (phash, ahash, dhash)
    ]
    columns: list[Any] = [
        phash.entity_id,
        *raw,
        pdqs.entity_id,
        pdq.value,
        pdq.quality,
        size.width,
        size.height,
    ]
    statement: Select[Any] = (
        select(*columns)
        .join(dhash, dhash.entity_id == phash.entity_id)
        .join(ahash, ahash.entity_id == phash.entity_id)
        .join(hashes, is_hashed)
        .outerjoin(pdqs, has_pdq)
        .outerjoin(pdq, pdq.entity_id == phash.entity_id)
        .outerjoin(size, size.entity_id == phash.entity_id)
    )
    return statement


def _read(
    phash: Any, ahash: Any, dhash: Any, has_pdq: Any, pdq: Any, quality: Any, width: Any, height: Any
) -> ImageFingerprints | None:
    if not all(isinstance(value, int) for value in (phash, ahash, dhash)):
        return None
    is_whole = has_pdq is not None and isinstance(pdq, bytes) and len(pdq) * 8 == ImagePDQComponent.bits
    return ImageFingerprints(
        phash & _WORD,
        ahash & _WORD,
        dhash & _WORD,
        pdq if is_whole else None,
        quality if is_whole and isinstance(quality, int) else 0,
        min(width, height) if isinstance(width, int) and isinstance(height, int) else 0,
    )
