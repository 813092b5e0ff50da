"""A multi-index hash: fingerprints in memory, found by 16-bit pieces of them.

Two fingerprints that differ in few bits agree, or nearly so, in at least one piece (Norouzi, Punjani, Fleet:
"Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014). Of each piece all fingerprints are
kept in the order of that piece, so that those with a given one lie side by side.
"""

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from dam.search.words import Distances, Words, distances

_PIECE_BITS = 16
_BUCKETS = 1 << _PIECE_BITS
_WORTH_IT = 0.125
"""The part of all fingerprints up to which looking at candidates is faster than looking at all."""

Positions = NDArray[np.intp]


class MultiIndex:
    """Fingerprints that do not change, shape (words, count), found by their positions."""

    def __init__(self, planes: Words) -> None:
        self.planes = np.ascontiguousarray(planes)
        self._pieces = [
            _Piece(self.planes, word, place)
            for word in range(len(planes))
            for place in range(64 // _PIECE_BITS)
        ]

    def within(self, query: Words, radius: int) -> tuple[Positions, Distances]:
        """Return where fingerprints within the radius are, in ascending order, and their distances."""
        found = self._candidates(query, radius)
        if found is None:
            apart = distances(self.planes, query)
            found = np.flatnonzero(apart <= radius)
            return found, apart[found]
        return found, distances(self.planes[:, found], query)

    def _candidates(self, query: Words, radius: int) -> Positions | None:
        """Return the neighbours' positions, None if looking at everything is faster."""
        stretches = []
        left = _WORTH_IT * self.planes.shape[1]
        for number, piece in enumerate(self._pieces):
            # One of the first pieces differs in at most this many bits, or one of the others in fewer.
            nearby = radius // len(self._pieces) - (number > radius % len(self._pieces))
            if nearby < 0:
                break
            if _count_within(nearby) > left:
                return None
            first, end = piece.stretches(query, nearby)
            left -= int((end - first).sum())
            if left < 0:
                return None
            stretches.append((piece, first, end))
        found = [piece.search(query, radius, first, end) for piece, first, end in stretches]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)


class _Piece:
    """All fingerprints in the order of 16 of their bits."""

    def __init__(self, planes: Words, word: int, place: int) -> None:
        self._word = word
        self._shift = np.uint64(place * _PIECE_BITS)
        pieces = self._piece_of(planes[word])
        self._order = np.argsort(pieces, kind="stable").astype(np.uint32)
        counts = np.bincount(pieces, minlength=_BUCKETS)
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        # A copy in this order: the candidates of a query then lie side by side in memory.
        self._planes = np.ascontiguousarray(planes[:, self._order])

    def _piece_of(self, words: Words) -> NDArray[np.uint16]:
        return (words >> self._shift).astype(np.uint16)

    def stretches(self, query: Words, nearby: int) -> tuple[Positions, Positions]:
        """Return the starts and ends of the fingerprints of which the piece differs in few bits."""
        pieces = (_masks_within(nearby) ^ self._piece_of(query[self._word])).astype(np.intp)
        first, end = self._starts[pieces], self._starts[pieces + 1]
        filled = end > first
        return first[filled], end[filled]

    def search(self, query: Words, radius: int, first: Positions, end: Positions) -> Positions:
        """Return the positions of the fingerprints in these stretches that are within the radius."""
        lengths = end - first
        total = int(lengths.sum())
        # The numbers from each first to its end, one stretch after the other.
        places = np.repeat(first - (np.cumsum(lengths) - lengths), lengths) + np.arange(total)
        near = places[distances(self._planes[:, places], query) <= radius]
        return self._order[near].astype(np.intp)


def _count_within(nearby: int) -> int:
    return sum(comb(_PIECE_BITS, bits) for bits in range(nearby + 1))


@lru_cache(maxsize=_PIECE_BITS + 1)
def _masks_within(nearby: int) -> NDArray[np.uint16]:
    """Return every 16-bit number with at most so many bits set."""
    masks = [
        sum(1 << bit for bit in bits)
        for count in range(nearby + 1)
        for bits in combinations(range(_PIECE_BITS), count)
    ]
    return np.array(masks, dtype=np.uint16)
