"""Hamming distances of many 256-bit hashes from many others, in the room of a processor's cache."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dam.search.words import Words


class Comparer:
    """Compares at most so many pairs of hashes at a time; for one thread."""

    def __init__(self, most: int) -> None:
        self._differing = np.empty(most, dtype=np.uint64)
        self._counts, self._totals = np.empty((2, most), dtype=np.uint8)

    def near(
        self, ones: Iterable[Words], others: Iterable[Words], shape: tuple[int, ...], radius: int
    ) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Return which pairs are within the radius, by their places in that shape flattened, and how far.

        Both give the four words of the hashes, each of which is broadcast to the shape.
        """
        size = int(np.prod(shape))
        differing, counts, totals = (
            room[:size].reshape(shape) for room in (self._differing, self._counts, self._totals)
        )
        for number, (one, other) in enumerate(zip(ones, others, strict=True)):
            np.bitwise_xor(one, other, out=differing)
            np.bitwise_count(differing, out=counts if number else totals)
            if number:
                np.add(totals, counts, out=totals)
        near = np.flatnonzero(totals <= radius)
        apart = self._totals[near]
        # In eight bits a distance of 256 looks like none, but then the last words differ too.
        real = (apart > 0) | (self._differing[near] == 0)
        return near[real], apart[real]
