"""Two fingerprints of sound laid against each other: how far apart, and how many bits differ."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dam.models.chromaprint import SECONDS, SPAN, Words, is_flat

BITS = 32
LEAST = 8
"""Words that must be compared, and that must differ from each other: a second of nothing tells nothing."""
_NEARLY = 16
"""Words by which a beginning or an end may be missed: two seconds."""


@dataclass(frozen=True)
class Alignment:
    """A fingerprint that was asked about, laid against one that is known."""

    shift: int
    """The word of the known one at which the other begins; negative if the known one begins later."""
    overlap: int
    """How many words both have there."""
    bit_error: float
    """The share of bits that differ, of those words that are silence in neither."""

    @property
    def offset(self) -> float:
        """Return the shift in seconds."""
        return self.shift * SECONDS

    @property
    def seconds(self) -> float:
        """Return the overlap in seconds."""
        return (self.overlap - 1) * SECONDS + SPAN


def best_alignment(asked: Words, known: Words, shifts: Iterable[int]) -> Alignment | None:
    """Return the best of some shifts; None if nothing that tells something overlaps there.

    At least half of the shorter one must overlap.
    """
    flat_asked, flat_known = is_flat(asked), is_flat(known)
    least = max(LEAST, min(len(asked), len(known)) // 2)
    best: Alignment | None = None
    for shift in sorted(set(shifts), key=abs):
        start, end = max(0, -shift), min(len(asked), len(known) - shift)
        if end - start < least:
            continue
        # What is silence in one encoding may be the faintest noise in another.
        tells = ~(flat_asked[start:end] | flat_known[start + shift : end + shift])
        one, other = asked[start:end][tells], known[start + shift : end + shift][tells]
        error = float(np.bitwise_count(one ^ other).sum()) / (BITS * max(1, len(one)))
        if best is not None and error >= best.bit_error:
            continue
        if min(_count_distinct(one), _count_distinct(other)) >= LEAST:
            best = Alignment(shift, end - start, error)
    return best


def is_plain(words: Words) -> bool:
    """Tell whether a fingerprint is too short or too uniform for a comparison to mean anything."""
    return _count_distinct(words[~is_flat(words)]) < LEAST


def relation_of(alignment: Alignment, asked: int, known: int) -> str:
    """Return what fingerprints of these lengths are to each other: same, excerpt, whole or overlap.

    It is an excerpt if the known one goes on around what was asked about, and the whole if it is the
    other way round.
    """
    beyond = alignment.shift + asked
    is_inside = alignment.shift >= -_NEARLY and beyond <= known + _NEARLY
    is_around = alignment.shift <= _NEARLY and beyond >= known - _NEARLY
    if is_inside and is_around:
        return "same"
    if is_inside:
        return "excerpt"
    return "whole" if is_around else "overlap"


def _count_distinct(words: Words) -> int:
    return len(np.unique(words))
