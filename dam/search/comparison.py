"""Two pictures compared: how far apart, by which hashes they match, and how good that evidence is."""

from dataclasses import dataclass

from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.search.image_fingerprints import ImageFingerprints
from dam.search.orientation import Orientation

PDQ_AGREES = 80
"""The PDQ distance up to which pictures are alike: of 4 million pairs of distinct photos none was as near."""
_HASHES = ("phash", "dhash", "ahash")
_CONVINCING = frozenset({"pdq", "phash"})


@dataclass(frozen=True)
class Thresholds:
    """The largest distance, in bits, at which each hash counts as a match; by PDQ only if one is given."""

    phash: int = 4
    ahash: int = 4
    dhash: int = 4
    pdq: int | None = None


@dataclass(frozen=True)
class SimilarImage:
    """A picture in the library that matches, with all its distances in bits."""

    entity: int
    phash: int
    ahash: int
    dhash: int
    pdq: int | None
    """None if either has no PDQ. Told also where it proves nothing: see `weak`."""
    matched: tuple[str, ...] = ()
    """The hashes that are within their thresholds."""
    weak: bool | None = False
    """Whether only aHash or dHash matched and PDQ denies it; None if PDQ cannot tell.

    It cannot where either picture has less than 64 pixels on its short side, a PDQ quality below 50, or
    no PDQ.
    """
    orientation: Orientation = Orientation.UPRIGHT
    """What is done to the picture asked about to get this one."""

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


def compare(
    wanted: ImageFingerprints,
    entity: int,
    other: ImageFingerprints,
    thresholds: Thresholds,
    orientation: Orientation = Orientation.UPRIGHT,
) -> SimilarImage | None:
    """Return how an entity's picture matches the wanted one, None if no hash is within its threshold."""
    pdq = _pdq_distance(wanted, other)
    apart = {name: (getattr(wanted, name) ^ getattr(other, name)).bit_count() for name in _HASHES}
    unusable = wanted.unusable | other.unusable
    matched = tuple(
        name
        for name, bits in {"pdq": pdq, **apart}.items()
        if name not in unusable and _is_within(bits, getattr(thresholds, name))
    )
    if not matched:
        return None
    weak = False if _CONVINCING.intersection(matched) else _denied(None if "pdq" in unusable else pdq)
    return SimilarImage(entity, **apart, pdq=pdq, matched=matched, weak=weak, orientation=orientation)


def _pdq_distance(wanted: ImageFingerprints, other: ImageFingerprints) -> int | None:
    if wanted.pdq is None or other.pdq is None:
        return None
    return (int.from_bytes(wanted.pdq) ^ int.from_bytes(other.pdq)).bit_count()


def _is_within(bits: int | None, limit: int | None) -> bool:
    return bits is not None and limit is not None and bits <= limit


def _denied(pdq: int | None) -> bool | None:
    return None if pdq is None else pdq > PDQ_AGREES
