"""The pairs of classes, by class and in both directions."""

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.pairs import ORIENTATIONS, Numbers, Pairs
from dam.duplicates.turning import inverse

_INVERSE = np.array([ORIENTATIONS.index(inverse(which)) for which in ORIENTATIONS], dtype=np.uint8)


class Links:
    """The classes near each class; 36 bytes a pair."""

    def __init__(self, pairs: Pairs, classes: int) -> None:
        self._source = np.concatenate([pairs.first, pairs.second])
        order = np.argsort(self._source, kind="stable")
        self._source = self._source[order]
        self._others = np.concatenate([pairs.second, pairs.first])[order]
        self._distances = np.concatenate([pairs.distances, pairs.distances])[order]
        self._orientations = np.concatenate([pairs.orientations, _INVERSE[pairs.orientations]])[order]
        counts = np.bincount(self._source, minlength=classes)
        self.linked: NDArray[np.bool_] = counts > 0
        self._starts = np.concatenate(([0], np.cumsum(counts)))

    def of(self, number: int) -> tuple[Numbers, NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the classes near one, how far they are and how they are turned against it."""
        here = slice(int(self._starts[number]), int(self._starts[number + 1]))
        return self._others[here], self._distances[here], self._orientations[here]

    def reach(self, sizes: Numbers) -> Numbers:
        """Return how many others a picture of each class could have near to it, by the sizes of classes."""
        total: Numbers = sizes - 1
        np.add.at(total, self._source, sizes[self._others])
        return total
