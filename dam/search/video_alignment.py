"""Two films laid against each other by the hashes of their pictures: how far apart, and how alike."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dam.models.video.frame_hashes import Entries, unpacked

LEAST = 3
"""Pictures that must match, unless one of both films has fewer."""
SHARE = 0.6
"""Which share of the pictures that both have must match."""
_NEARLY = 2
"""Seconds by which a beginning or an end may be missed."""
_STRICT = 31
"""How far apart the pictures may be on average where there are fewer than need to match."""
_SAME = 24
"""How far apart pictures may be that count as one that does not change."""
_FAR = 256

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Film:
    """The telling pictures of a film, and the second at which it ends."""

    entries: Entries
    end: int

    @classmethod
    def of(cls, value: bytes) -> "Film":
        """Return it from the fingerprint."""
        last = int.from_bytes(value[-37:-33], "little") if len(value) >= 37 else -1
        return cls(unpacked(value), last + 1)

    @property
    def seconds(self) -> _Ints:
        """Give the seconds of the pictures."""
        seconds: _Ints = self.entries["second"].astype(np.int64)
        return seconds

    @property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """Give the hashes, in four machine words each."""
        return np.ascontiguousarray(self.entries["hash"]).view(np.uint64)


@dataclass(frozen=True)
class VideoAlignment:
    """A film that was asked about, laid against one that is known."""

    shift: int
    """The second of the known one within which the other begins."""
    offset: int
    """The nearer one of it and the next."""
    overlap: int
    """How many seconds both have there."""
    compared: int
    matched: int
    """How many pictures could be compared, and how many of these match."""
    distance: float
    """The bits in which those differ on average that match."""
    is_still: bool
    """Whether they are all the same, so that they say nothing of the time."""


def best_video_alignment(
    asked: Film, known: Film, shifts: Iterable[int], threshold: int
) -> VideoAlignment | None:
    """Return the best of some shifts; None if too little matches there.

    At least half of the shorter film must overlap. What begins within a second is in step with no second of
    the other film: each picture is compared with the two between which it should lie.
    """
    best, best_score = None, 0.0
    for shift in sorted(set(shifts), key=abs):
        overlap = min(asked.end, known.end - shift) - max(0, -shift)
        if 2 * overlap < min(asked.end, known.end):
            continue
        before, after = (_distances(asked, known, shift + later) for later in (0, 1))
        distances = np.minimum(before, after)
        near = distances <= threshold
        score = float((threshold + 1 - distances[near]).sum())
        if score <= best_score:
            continue
        compared, matched = int((distances < _FAR).sum()), int(near.sum())
        mean = float(distances[near].mean())
        if _is_match(asked, known, compared, matched, mean):
            is_still = bool((_apart(asked.hashes[near][:1], asked.hashes[near]) <= _SAME).all())
            offset = shift + bool(after[near].sum() < before[near].sum())
            best = VideoAlignment(shift, offset, overlap, compared, matched, mean, is_still)
            best_score = score
    return best


def relation_of(shift: float, asked: int, known: int) -> str:
    """Return what films of so many seconds are to each other: same, excerpt, whole or overlap."""
    is_inside = shift >= -_NEARLY and shift + asked <= known + _NEARLY
    is_around = shift <= _NEARLY and shift + asked >= known - _NEARLY
    if is_inside and is_around:
        return "same"
    if is_inside:
        return "excerpt"
    return "whole" if is_around else "overlap"


def _is_match(asked: Film, known: Film, compared: int, matched: int, mean: float) -> bool:
    if matched < SHARE * compared:
        return False
    if matched >= LEAST:
        return True
    return matched == compared and matched >= min(len(asked.entries), len(known.entries)) and mean <= _STRICT


def _distances(asked: Film, known: Film, shift: int) -> _Ints:
    """Return how far each picture is from the one so many seconds later; that of nothing if there is none."""
    wanted, seconds = asked.seconds + shift, known.seconds
    distances = np.full(len(wanted), _FAR, dtype=np.int64)
    place = np.searchsorted(seconds, wanted)
    there = np.flatnonzero(place < len(seconds))
    there = there[seconds[place[there]] == wanted[there]]
    distances[there] = _apart(asked.hashes[there], known.hashes[place[there]])
    return distances


def _apart(some: npt.NDArray[np.uint64], others: npt.NDArray[np.uint64]) -> _Ints:
    apart: _Ints = np.bitwise_count(some ^ others).sum(axis=1).astype(np.int64)
    return apart
