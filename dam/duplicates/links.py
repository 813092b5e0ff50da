"""The pairs of classes, by class and in both directions."""

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.ordering import Order, stretches
from dam.duplicates.pairs import ORIENTATIONS, Numbers, Pairs
from dam.duplicates.turning import inverse

_AT_ONCE = 1 << 16
_INVERSE = np.array([ORIENTATIONS.index(inverse(which)) for which in ORIENTATIONS], dtype=np.uint8)


class Links:
    """The classes near each class; 12 bytes a pair, and 16 more while they are put in order."""

    def __init__(self, pairs: Pairs, classes: int) -> None:
        size = len(pairs.first)
        keys = np.empty(2 * size, dtype=np.uint64)
        keys[:size], keys[size:] = pairs.first, pairs.second
        keys <<= np.uint64(32)
        order = Order(keys)
        self._others = np.empty(2 * size, dtype=np.uint32)
        self._distances, self._orientations = np.empty((2, 2 * size), dtype=np.uint8)
        counts = np.zeros(classes, dtype=np.uint32)
        for start, end in stretches(0, 2 * size, _AT_ONCE):
            places = order[start:end]
            back = places >= size
            places[back] -= size
            first, second, distances, orientations = pairs.chosen(places)
            np.add.at(counts, np.where(back, second, first), 1)
            self._others[start:end] = np.where(back, first, second)
            self._distances[start:end] = distances
            self._orientations[start:end] = np.where(back, _INVERSE[orientations], orientations)
        self.linked: NDArray[np.bool_] = counts > 0
        self._starts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))

    def of(self, number: int) -> tuple[Numbers, NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the classes near one, how far they are and how they are turned against it."""
        here = slice(int(self._starts[number]), int(self._starts[number + 1]))
        return self._others[here], self._distances[here], self._orientations[here]

    def reach(self, sizes: Numbers) -> NDArray[np.int64]:
        """Return how many others a picture of each class could have near to it, by the sizes of classes."""
        upto = np.concatenate(([0], np.cumsum(sizes[self._others], dtype=np.int64)))
        near: NDArray[np.int64] = upto[self._starts[1:]] - upto[self._starts[:-1]]
        return near + sizes - 1
