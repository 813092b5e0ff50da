"""Pairs of fingerprints that are near each other, as arrays that stay small."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.turning import inverse
from dam.search.orientation import Orientation
from dam.search.words import Words

Numbers = NDArray[np.uint32]
"""Pictures or classes of them, of which there never are 2^32."""

ORIENTATIONS = tuple(Orientation)
"""What the numbers in `Pairs.orientations` mean."""
UPRIGHT = ORIENTATIONS.index(Orientation.UPRIGHT)


class Pairs(NamedTuple):
    """Some pairs, each array of shape (count,): the lower number first. Ten bytes each."""

    first: Numbers
    second: Numbers
    distances: NDArray[np.uint8]
    orientations: NDArray[np.uint8]
    """How the second is turned against the first."""

    @classmethod
    def concatenated(cls, parts: Iterable["Pairs"]) -> "Pairs":
        """Return several lots of pairs as one, as they come."""
        columns = list(zip(*parts, strict=True))
        if not columns:
            empty = np.empty(0, dtype=np.uint32)
            return cls(empty, empty, empty.astype(np.uint8), empty.astype(np.uint8))
        return cls(*(np.concatenate(column) for column in columns))

    @classmethod
    def joined(cls, parts: Iterable["Pairs"]) -> "Pairs":
        """Return several lots of pairs as one in order, each pair once with its smallest distance."""
        whole = cls.concatenated(parts)
        codes = whole.codes()
        order = np.lexsort((_details(whole), codes))
        codes = codes[order]
        fresh = np.ones(len(order), dtype=np.bool_)
        fresh[1:] = codes[1:] != codes[:-1]
        return whole.chosen(order[fresh])

    def codes(self) -> Words:
        """Return a number for each pair; they ascend where the pairs are in order."""
        codes = self.first.astype(np.uint64)
        codes <<= np.uint64(32)
        codes |= self.second
        return codes

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "Pairs":
        """Return just these pairs."""
        return Pairs(self.first[which], self.second[which], self.distances[which], self.orientations[which])


def merged(one: Pairs, other: Pairs) -> Pairs:
    """Return two lots of pairs as `Pairs.joined` does; each of them is in order and has no pair twice."""
    codes, more = one.codes(), other.codes()
    places = np.searchsorted(codes, more)
    known = places < len(codes)
    known[known] = codes[places[known]] == more[known]
    del codes, more
    fresh = ~known
    if fresh.any():
        added = other.chosen(fresh)
        whole = _inserted(one, places[fresh], added)
        # Each known one has been moved back by those new ones that come before it.
        places = places + np.cumsum(fresh)
    else:
        whole = Pairs(one.first, one.second, one.distances.copy(), one.orientations.copy())
    again, places = other.chosen(known), places[known]
    nearer = _details(again) < _details(whole.chosen(places))
    whole.distances[places[nearer]] = again.distances[nearer]
    whole.orientations[places[nearer]] = again.orientations[nearer]
    return whole


def _inserted(pairs: Pairs, places: NDArray[np.intp], added: Pairs) -> Pairs:
    return Pairs(
        np.insert(pairs.first, places, added.first),
        np.insert(pairs.second, places, added.second),
        np.insert(pairs.distances, places, added.distances),
        np.insert(pairs.orientations, places, added.orientations),
    )


def _details(pairs: Pairs) -> NDArray[np.uint16]:
    """Return what is lower for the one of two equal pairs that is kept."""
    details: NDArray[np.uint16] = pairs.distances.astype(np.uint16) << np.uint16(8) | pairs.orientations
    return details


def make_pairs(
    first: NDArray[Any], second: NDArray[Any], distances: NDArray[np.uint8], orientation: Orientation
) -> Pairs:
    """Return pairs of which the first is the second turned that way, in order and none with itself."""
    ahead = first < second
    there, back = (ORIENTATIONS.index(which) for which in (inverse(orientation), orientation))
    kept = Pairs(
        np.minimum(first, second).astype(np.uint32),
        np.maximum(first, second).astype(np.uint32),
        distances,
        np.where(ahead, there, back).astype(np.uint8),
    )
    return kept.chosen(first != second)
