"""Pairs of fingerprints that are near each other, as arrays that stay small."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.turning import inverse
from dam.search.orientation import Orientation

Numbers = NDArray[np.int64]

ORIENTATIONS = tuple(Orientation)
"""What the numbers in `Pairs.orientations` mean."""
UPRIGHT = ORIENTATIONS.index(Orientation.UPRIGHT)


class Pairs(NamedTuple):
    """Some pairs, each array of shape (count,): the lower number first."""

    first: Numbers
    second: Numbers
    distances: NDArray[np.uint8]
    orientations: NDArray[np.uint8]
    """How the second is turned against the first."""

    @classmethod
    def joined(cls, parts: Iterable["Pairs"]) -> "Pairs":
        """Return several lots of pairs as one, each pair once with its smallest distance."""
        columns = list(zip(*parts, strict=True))
        if not columns:
            empty = np.empty(0, dtype=np.int64)
            return cls(empty, empty, empty.astype(np.uint8), empty.astype(np.uint8))
        first, second, distances, orientations = (np.concatenate(column) for column in columns)
        order = np.lexsort((orientations, distances, second, first))
        first, second = first[order], second[order]
        fresh = np.ones(len(order), dtype=np.bool_)
        fresh[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
        return cls(first[fresh], second[fresh], distances[order][fresh], orientations[order][fresh])

    def chosen(self, which: NDArray[np.bool_] | Numbers) -> "Pairs":
        """Return just these pairs, marked or by their places."""
        return Pairs(self.first[which], self.second[which], self.distances[which], self.orientations[which])


def make_pairs(
    first: Numbers, second: Numbers, distances: NDArray[np.uint8], orientation: Orientation
) -> Pairs:
    """Return pairs of which the first is the second turned that way, in order and none with itself."""
    ahead = first < second
    there, back = (ORIENTATIONS.index(which) for which in (inverse(orientation), orientation))
    kept = Pairs(
        np.minimum(first, second),
        np.maximum(first, second),
        distances,
        np.where(ahead, there, back).astype(np.uint8),
    )
    return kept.chosen(first != second)
