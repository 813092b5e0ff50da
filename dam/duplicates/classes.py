"""Pictures with the very same hash, taken together: their pairs may be more than anybody can hold."""

from dataclasses import dataclass

import numpy as np

from dam.duplicates.pairs import Numbers
from dam.search.words import Words


@dataclass(frozen=True)
class Classes:
    """Pictures by hash; a class is named by a number, ascending with its first picture."""

    planes: Words
    """What each class is compared by, shape (planes, classes)."""
    of: Numbers
    """The class of each picture."""
    sizes: Numbers
    """How many pictures are in each class."""

    def __len__(self) -> int:
        return len(self.sizes)


def collapse(planes: Words) -> Classes:
    """Return the classes of pictures that agree in all planes, shape (planes, count)."""
    count = planes.shape[1]
    order = np.lexsort(planes[::-1])
    fresh = np.ones(count, dtype=np.bool_)
    for start in range(0, count - 1, 1 << 20):
        ordered = planes[:, order[start : start + (1 << 20) + 1]]
        fresh[start + 1 : start + ordered.shape[1]] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    run = np.cumsum(fresh) - 1
    # The sort is stable: the first of a run is its first picture.
    first = order[fresh]
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    of = np.empty(count, dtype=np.int64)
    of[order] = number[run]
    whole = planes if len(first) == count else planes[:, np.sort(first)]
    return Classes(whole, of, np.bincount(of, minlength=len(first)))
