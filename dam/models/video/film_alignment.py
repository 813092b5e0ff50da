"""Two films laid against each other by the hashes of their pictures: how far apart, and how alike."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dam.models.video.frame_hashes import RATE, TELLING, unpacked

LEAST = 3 * RATE
"""Moments that must match, unless one of both films has fewer."""
SHARE = 0.6
"""Which share of the moments must match at which both have a picture that tells something."""
_NEARLY = 2.0
"""Seconds by which a beginning or an end may be missed."""
_STRICT = 31
"""How far apart the pictures may be on average where there are fewer than need to match."""
_SAME = 24
"""How far apart pictures may be that count as one that does not change."""
_FEW = 60 * RATE
"""Moments of films of which each is compared; of longer ones only those at whole seconds are."""

_TRIED = 48
"""Pictures that are compared before all others are."""
_TRIED_SHARE = 0.2
"""Which share of them must match: much less than of all, since they are few."""
_TRIED_LEAST = 24
"""How many of them there have to be for that to say something."""

_Ints = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Film:
    """What is seen at each moment of a film."""

    hashes: _Hashes
    """In four machine words each."""
    tells: npt.NDArray[np.bool_]
    """Whether there is a picture at a moment, and one that is not too plain."""
    tight: "Film | None" = None
    """The same, cut in the other way."""

    @classmethod
    def of(cls, value: bytes, tight: bytes | None = None) -> "Film":
        """Return it from the fingerprint: what is left out looks as what was before."""
        entries = unpacked(value)
        moments = entries["moment"].astype(np.int64)
        grid = np.arange(int(moments[-1]) + RATE if len(moments) else 0)
        place = np.searchsorted(moments, grid, side="right") - 1
        seen = entries[np.maximum(place, 0)]
        is_there = (place >= 0) & (grid - seen["moment"] < RATE)
        hashes = np.ascontiguousarray(seen["hash"]).view(np.uint64)
        tells = is_there & (seen["quality"] >= TELLING)
        return cls(hashes, tells, None if tight is None else cls.of(tight))

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing in it can be compared."""
        return not any(cut.tells.any() for cut in self.cuts)

    @property
    def cuts(self) -> "list[Film]":
        """Return it in each way that it was cut."""
        return [self] if self.tight is None else [self, self.tight]

    @property
    def seconds(self) -> float:
        """Give how long it is, to a second."""
        return len(self.tells) / RATE


@dataclass(frozen=True)
class VideoAlignment:
    """A film that was asked about, laid against one that is known."""

    shift: int
    """The moment of the known one at which the other begins; negative if the known one begins later."""
    overlap: int
    """How many moments both have there."""
    share: float
    """The share of moments that match, of those that could be compared."""
    distance: float
    """The bits in which those differ on average that match."""
    is_still: bool
    """Whether these all look the same, so that they say nothing of the time."""

    @property
    def offset(self) -> float:
        """Return the shift in seconds."""
        return self.shift / RATE


def best_video_alignment(
    asked: Film, known: Film, shifts: Iterable[int], threshold: int
) -> VideoAlignment | None:
    """Return the best of some shifts, in whichever way both are cut; None if too little matches there.

    At least half of the shorter film must overlap. No two encodings are in step, so that each picture is
    compared with the two between which it lies.
    """
    distinct = np.fromiter(set(shifts), dtype=np.int64)
    found = [_best_of_cut(one, other, distinct, threshold) for one in asked.cuts for other in known.cuts]
    there = [alignment for alignment in found if alignment is not None]
    return max(there, key=lambda alignment: (alignment.share, -alignment.distance), default=None)


def _best_of_cut(asked: Film, known: Film, shifts: _Ints, threshold: int) -> VideoAlignment | None:
    best, best_score = None, 0.0
    shorter = min(len(asked.tells), len(known.tells))
    step = 1 if shorter <= _FEW else RATE
    for shift in sorted(_promising(asked, known, shifts, threshold), key=abs):
        start, end = max(0, -shift), min(len(asked.tells), len(known.tells) - shift)
        some = np.arange(start, end, step)
        some = some[asked.tells[some] & known.tells[some + shift]]
        hashes = asked.hashes[some]
        before, after = _apart_around(hashes, known, some + shift)
        distances = np.minimum(before, after)
        near = distances <= threshold
        score = float((threshold + 1 - distances[near]).sum())
        if score > best_score and _is_match(near, distances, step, end - start):
            is_still = bool((_apart(hashes[near][:1], hashes[near]) <= _SAME).all())
            mean = float(distances[near].mean())
            nearer = shift + int(after.sum() < before.sum())
            best = VideoAlignment(nearer, end - start, float(near.mean()), mean, is_still)
            best_score = score
    return best


def _promising(asked: Film, known: Film, shifts: _Ints, threshold: int) -> list[int]:
    """Return the shifts at which enough overlaps, and some of a few evenly spread pictures match."""
    start, end = np.maximum(0, -shifts), np.minimum(len(asked.tells), len(known.tells) - shifts)
    telling = np.flatnonzero(asked.tells)
    overlaps = 2 * (end - start) >= min(len(asked.tells), len(known.tells))
    first, beyond = np.searchsorted(telling, start), np.searchsorted(telling, end)
    overlaps &= beyond > first
    shifts, first, beyond = (each[overlaps, np.newaxis] for each in (shifts, first, beyond))
    spread = (np.arange(_TRIED) + 0.5) / _TRIED
    some = telling[first + ((beyond - first) * spread).astype(np.int64)]
    distances = np.minimum(*_apart_around(asked.hashes[some], known, some + shifts))
    compared = known.tells[some + shifts]
    near = (compared & (distances <= threshold)).sum(axis=1)
    counts = compared.sum(axis=1)
    promising = (near >= _TRIED_SHARE * counts) | (counts < _TRIED_LEAST)
    found: list[int] = shifts[promising, 0].tolist()
    return found


def relation_of(offset: float, asked: float, known: float) -> str:
    """Return what films of so many seconds are to each other: same, excerpt, whole or overlap."""
    is_inside = offset >= -_NEARLY and offset + asked <= known + _NEARLY
    is_around = offset <= _NEARLY and offset + asked >= known - _NEARLY
    if is_inside and is_around:
        return "same"
    if is_inside:
        return "excerpt"
    return "whole" if is_around else "overlap"


def _is_match(near: npt.NDArray[np.bool_], distances: _Ints, step: int, overlap: int) -> bool:
    if near.mean() < SHARE:
        return False
    if step * near.sum() >= LEAST:
        return True
    # Of what is hardly longer than a picture all has to match, and well.
    return overlap < LEAST + RATE and bool(near.all()) and float(distances.mean()) <= _STRICT


def _apart_around(hashes: _Hashes, known: Film, moments: _Ints) -> tuple[_Ints, _Ints]:
    """Return how far pictures are from those of a film at some moments, and from those after these."""
    after = np.minimum(moments + 1, len(known.tells) - 1)
    return _apart(hashes, known.hashes[moments]), _apart(hashes, known.hashes[after])


def _apart(some: _Hashes, others: _Hashes) -> _Ints:
    apart: _Ints = np.bitwise_count(some ^ others).sum(axis=-1).astype(np.int64)
    return apart
