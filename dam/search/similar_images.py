"""Pictures that resemble a picture, by a scan of all fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session

from dam.core.component import Entity, Fingerprint
from dam.core.ledger import LedgerRow, Outcome, SystemRow
from dam.core.query import query
from dam.core.system import System
from dam.models.image import ImageComponent
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes import hash_perceptually

HASHES = (ImagePHashComponent, ImageDHashComponent, ImageAHashComponent)
_FINAL = (Outcome.DONE, Outcome.NOTHING, Outcome.FAILED)
"""Outcomes after which an image is not pending. What lacks its decoder still is, in a way."""
_AT_ONCE = 500
"""Entities in one statement: databases take no endless list of parameters."""


@dataclass(frozen=True)
class ImageFingerprints:
    """What a picture is compared by; 64-bit hashes as unsigned integers, PDQ as 32 bytes."""

    phash: int
    ahash: int
    dhash: int
    pdq: bytes | None = None


@dataclass(frozen=True)
class Thresholds:
    """The largest distance, in bits, at which each hash counts as a match."""

    phash: int = 4
    ahash: int = 4
    dhash: int = 4


@dataclass(frozen=True)
class SimilarImage:
    """A picture in the library that matches, with all its distances in bits."""

    entity: int
    phash: int
    ahash: int
    dhash: int
    pdq: int | None

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Return what results are sorted by: PDQ, then pHash, dHash, aHash, then age."""
        return (
            ImagePDQComponent.bits + 1 if self.pdq is None else self.pdq,
            self.phash,
            self.dhash,
            self.ahash,
            self.entity,
        )


@dataclass(frozen=True)
class SimilarImages:
    """The matches, best first, and how many pictures could not be compared."""

    matches: list[SimilarImage] = field(default_factory=list)
    uncompared: int = 0
    """Pictures in the library without hashes of the current version."""


def find_similar_images(
    session: Session, wanted: ImageFingerprints, thresholds: Thresholds, *, besides: int | None = None
) -> SimilarImages:
    """Return the pictures of which any hash is within its threshold; `besides` is left out.

    Flat hashes match nothing. Only hashes of the systems' current versions are compared.
    """
    near = _near(session, wanted, thresholds)
    matches: list[SimilarImage] = []
    for start in range(0, len(near), _AT_ONCE):
        # What an index proposes is looked at once more, as the table has it.
        hashed = _hashed().where(Entity.id.in_(near[start : start + _AT_ONCE]))
        if block := session.execute(hashed).all():
            matches += _matches_in(block, wanted, thresholds)
    found = [match for match in matches if match.entity != besides]
    pdqs = _pdq_of(session, [match.entity for match in found])
    ranked = [_with_pdq(match, wanted.pdq, pdqs.get(match.entity)) for match in found]
    return SimilarImages(sorted(ranked, key=lambda match: match.rank), _count_uncompared(session))


def _near(session: Session, wanted: ImageFingerprints, thresholds: Thresholds) -> list[int]:
    """Return the entities of which a hash is within its threshold, in ascending order."""
    from dam.search.packed_index import PackedIndex
    from dam.search.words import pack

    channels: tuple[tuple[type[Fingerprint], int, int], ...] = (
        (ImagePHashComponent, wanted.phash, thresholds.phash),
        (ImageDHashComponent, wanted.dhash, thresholds.dhash),
        (ImageAHashComponent, wanted.ahash, thresholds.ahash),
    )
    near: set[int] = set()
    for component, value, limit in channels:
        (found,) = PackedIndex(session, component).within(pack([value], component.bits), limit)
        near.update(found.entities.tolist())
    return sorted(near)


def _matches_in(
    block: Sequence[Row[Any]], wanted: ImageFingerprints, thresholds: Thresholds
) -> list[SimilarImage]:
    from dam.search.words import distances, flat, is_flat, pack

    entities, phashes, dhashes, ahashes = (list(column) for column in zip(*block, strict=True))
    channels = (
        (wanted.phash, phashes, thresholds.phash),
        (wanted.dhash, dhashes, thresholds.dhash),
        (wanted.ahash, ahashes, thresholds.ahash),
    )
    packed = [(pack([value], 64)[:, 0], pack(values, 64), limit) for value, values, limit in channels]
    measured = [distances(planes, query_hash) for query_hash, planes, _ in packed]
    hit = measured[0] < 0
    for (query_hash, planes, limit), distance in zip(packed, measured, strict=True):
        if not is_flat(query_hash):
            hit |= (distance <= limit) & ~flat(planes)
    return [
        SimilarImage(
            entity=entities[i],
            phash=int(measured[0][i]),
            dhash=int(measured[1][i]),
            ahash=int(measured[2][i]),
            pdq=None,
        )
        for i in hit.nonzero()[0]
    ]


def _hashed() -> Select[Any]:
    """Select the entities with current hashes, with pHash, dHash and aHash."""
    columns: list[Any] = [Entity.id, *(component.value for component in HASHES)]
    statement: Select[Any] = query(*HASHES).with_only_columns(*columns)
    return statement.where(is_current(hash_perceptually, Outcome.DONE))


def is_current(system: System[Any, Any], *outcomes: Outcome) -> ColumnElement[bool]:
    """Return the condition that a system's current version ended in one of these ways on an entity."""
    return (
        exists()
        .where(
            LedgerRow.entity_id == Entity.id,
            LedgerRow.system_id == SystemRow.id,
            SystemRow.name == system.name,
            LedgerRow.version == system.version,
            LedgerRow.outcome.in_([outcome.value for outcome in outcomes]),
        )
        .correlate(Entity)
    )


def _count_uncompared(session: Session) -> int:
    """Count the images that are still to be hashed; those that cannot be decoded never will."""
    statement = (
        select(func.count()).select_from(Entity).join(ImageComponent, ImageComponent.entity_id == Entity.id)
    )
    return session.execute(statement.where(~is_current(hash_perceptually, *_FINAL))).scalar_one()


def _pdq_of(session: Session, entity_ids: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for start in range(0, len(entity_ids), _AT_ONCE):
        rows = session.execute(
            select(Entity.id, ImagePDQComponent.value)
            .join(ImagePDQComponent, ImagePDQComponent.entity_id == Entity.id)
            .where(Entity.id.in_(entity_ids[start : start + _AT_ONCE]), is_current(hash_pdq, Outcome.DONE))
        )
        found.update({entity: bytes(value) for entity, value in rows})
    return found


def _with_pdq(match: SimilarImage, wanted: bytes | None, value: bytes | None) -> SimilarImage:
    if wanted is None or value is None:
        return match
    apart = (int.from_bytes(wanted) ^ int.from_bytes(value)).bit_count()
    return SimilarImage(match.entity, match.phash, match.ahash, match.dhash, apart)
