"""Pictures that resemble a picture, by a scan of all fingerprints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.component import Fingerprint
from dam.core.database import passing_through
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.search.comparison import SimilarImage, Thresholds, compare
from dam.search.currency import PDQ, PERCEPTUAL, Uncompared, count_uncompared
from dam.search.image_fingerprints import ImageFingerprints
from dam.search.orientation import Orientation
from dam.search.stored_fingerprints import fingerprints_of

if TYPE_CHECKING:
    from dam.search.hamming_index import HammingIndex

IndexOf = Callable[[Session, type[Fingerprint]], "HammingIndex"]
"""Gives an index of a table that is as current as the session's transaction."""


@dataclass(frozen=True)
class ImageQuery:
    """A picture to compare with: one that the library has, or any other."""

    fingerprints: ImageFingerprints
    entity: int | None = None
    """The entity that it is; None if that is not known."""
    sha256: bytes | None = None
    """What tells whether the library has it, if that is not known."""
    turned: Mapping[Orientation, ImageFingerprints] = field(default_factory=dict)
    """Its fingerprints when it is turned, if turned pictures are to be found too."""

    @property
    def probes(self) -> dict[Orientation, ImageFingerprints]:
        """Return the fingerprints to search by, those of the picture as it is first."""
        return {Orientation.UPRIGHT: self.fingerprints, **self.turned}


@dataclass(frozen=True)
class SimilarImages:
    """The matches, best first, and how many pictures could not be compared."""

    matches: list[SimilarImage] = field(default_factory=list)
    found: int = 0
    """How many there are, also those beyond the limit."""
    uncompared: int = 0
    """Pictures in the library that have no current hashes yet."""
    without_pdq: int = 0
    """Pictures that have no current PDQ yet, if PDQ was asked for: they were not compared by it."""
    undecodable: int = 0
    """Pictures in the library that cannot be decoded, and so were not compared."""
    unusable: frozenset[str] = frozenset()
    """Hashes of the picture asked about that match nothing, as those of plain pictures do."""


def find_similar_images(
    session: Session,
    queries: Sequence[ImageQuery],
    thresholds: Thresholds,
    *,
    limit: int | None = None,
    index_of: IndexOf | None = None,
) -> list[SimilarImages]:
    """Return for each query the pictures of which any hash is within its threshold, best first.

    Everything is read once for all queries, unless indexes are given that have it. Flat hashes match
    nothing, a picture does not match itself, and only current hashes are compared.
    """
    if not queries:
        return []
    probes = [(number, *probe) for number, query in enumerate(queries) for probe in query.probes.items()]
    near = _near(session, [fingerprints for _, _, fingerprints in probes], thresholds, index_of)
    known = fingerprints_of(session, sorted(set().union(*near)))
    themselves = _themselves(session, queries)
    found: list[dict[int, SimilarImage]] = [{} for _ in queries]
    for (number, orientation, wanted), entities in zip(probes, near, strict=True):
        for entity in entities & known.keys() - {themselves[number]}:
            # What an index proposes is looked at once more, as the table has it.
            match = compare(wanted, entity, known[entity], thresholds, orientation)
            best = found[number].get(entity)
            if match is not None and (best is None or match.rank < best.rank):
                found[number][entity] = match
    with passing_through(session):
        uncompared = count_uncompared(session, PERCEPTUAL)
        by_pdq = Uncompared() if thresholds.pdq is None else count_uncompared(session, PDQ)
    return [
        SimilarImages(
            sorted(matches.values(), key=lambda match: match.rank)[:limit],
            len(matches),
            uncompared.unhashed,
            by_pdq.unhashed,
            uncompared.undecodable,
            query.fingerprints.unusable,
        )
        for query, matches in zip(queries, found, strict=True)
    ]


def _near(
    session: Session, wanted: Sequence[ImageFingerprints], thresholds: Thresholds, index_of: IndexOf | None
) -> list[set[int]]:
    """Return for each of the wanted the entities of which a hash is within its threshold."""
    from dam.search.packed_index import PackedIndex
    from dam.search.words import pack

    near: list[set[int]] = [set() for _ in wanted]
    for component, limit, values in _channels(wanted, thresholds):
        asked = [number for number, value in enumerate(values) if value is not None]
        if not asked:
            continue
        planes = pack([values[number] for number in asked], component.bits)
        index = (index_of or PackedIndex)(session, component)
        for number, found in zip(asked, index.within(planes, limit), strict=True):
            near[number].update(found.entities.tolist())
    return near


def _channels(
    wanted: Sequence[ImageFingerprints], thresholds: Thresholds
) -> Iterator[tuple[type[Fingerprint], int, list[int | bytes | None]]]:
    """Yield what is searched: a table, how far, and what for; None where that would prove nothing."""
    yield ImagePHashComponent, thresholds.phash, [one.phash for one in wanted]
    yield ImageDHashComponent, thresholds.dhash, [one.dhash for one in wanted]
    yield ImageAHashComponent, thresholds.ahash, [one.ahash for one in wanted]
    if thresholds.pdq is not None:
        sound = [one.pdq if one.has_sound_pdq else None for one in wanted]
        yield ImagePDQComponent, thresholds.pdq, [*sound]


def _themselves(session: Session, queries: Sequence[ImageQuery]) -> list[int | None]:
    """Return which entity each query is, None if it is not in the library."""
    digests = {query.sha256 for query in queries if query.entity is None and query.sha256 is not None}
    found: dict[bytes, int] = {}
    for some in batched(digests):
        found.update(find_by_sha256(session, some))
    return [query.entity or found.get(query.sha256 or b"") for query in queries]
