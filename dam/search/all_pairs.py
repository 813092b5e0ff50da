"""All pairs of 64-bit fingerprints that are near each other, without comparing each with every other.

Cut into `radius + 2` pieces, two fingerprints that differ in at most `radius` bits agree in at least two of
them. So for every two pieces the fingerprints are sorted by both, and compared within each run of equal ones.
A pair is counted under the first two pieces in which it agrees, and so only once.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.search.words import Distances

_AT_ONCE = 1 << 20
"""Pairs that are compared at a time: what bounds the memory."""
_MOST_PIECES = 14
"""From more pieces on they are so short that runs are as long as everything."""

Hashes = NDArray[np.uint64]
Positions = NDArray[np.int64]


class Pairs(NamedTuple):
    """Some of the pairs: positions of shape (count,), the lower one first, and how far apart they are."""

    first: Positions
    second: Positions
    distances: Distances


def pairs_within(hashes: Hashes, radius: int) -> Iterator[Pairs]:
    """Yield every pair of different hashes at most `radius` bits apart, each once.

    `hashes` has the shape (count,) and must be without repetitions; what equals is a group, of which
    the pairs may be more than anybody can hold.
    """
    if radius + 2 > _MOST_PIECES:
        everything = np.zeros(len(hashes), dtype=np.uint64)
        order = np.arange(len(hashes))
        for near, far in _runs(everything):
            yield from _compared(hashes, order[near], order[far], radius, [])
        return
    masks = _piece_masks(radius + 2)
    for left, right in combinations(range(len(masks)), 2):
        earlier = [masks[piece] for piece in range(right) if piece != left]
        key = hashes & (masks[left] | masks[right])
        order = np.argsort(key, kind="stable")
        for near, far in _runs(key[order]):
            yield from _compared(hashes, order[near], order[far], radius, earlier)


def _compared(
    hashes: Hashes, left: Positions, right: Positions, radius: int, earlier: list[np.uint64]
) -> Iterator[Pairs]:
    differing = hashes[left] ^ hashes[right]
    apart = np.bitwise_count(differing)
    kept = np.flatnonzero(apart <= radius)
    differing = differing[kept]
    # Those that agree in an earlier piece too have been found with it.
    fresh = np.ones(len(kept), dtype=np.bool_)
    for mask in earlier:
        fresh &= (differing & mask) != 0
    kept = kept[fresh]
    if len(kept):
        low, high = np.minimum(left[kept], right[kept]), np.maximum(left[kept], right[kept])
        yield Pairs(low, high, apart[kept].astype(np.uint16))


def _runs(ordered: Hashes) -> Iterator[tuple[Positions, Positions]]:
    """Yield the positions of all pairs of equal keys, which lie side by side."""
    if not len(ordered):
        return
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    lengths = np.diff(np.append(starts, len(ordered)))
    ends = np.repeat(np.cumsum(lengths), lengths)
    near = np.flatnonzero(ends - np.arange(len(ordered)) > 1)
    step = 1
    while len(near):
        for start in range(0, len(near), _AT_ONCE):
            part = near[start : start + _AT_ONCE]
            yield part, part + step
        step += 1
        near = near[near + step < ends[near]]


def _piece_masks(count: int) -> list[np.uint64]:
    """Return the bits of each of so many pieces of 64 bits, of about the same length."""
    bounds = [64 * number // count for number in range(count + 1)]
    return [np.uint64((1 << end) - (1 << start)) for start, end in pairwise(bounds)]
