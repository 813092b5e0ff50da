"""Pictures with the very same hash, taken together: their pairs may be more than anybody can hold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.compaction import compacted
from dam.duplicates.ordering import Order, stretches
from dam.duplicates.pairs import Numbers
from dam.search.words import Words

_AT_ONCE = 1 << 16
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


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

    def of_any(self, pictures: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the classes in which any of these pictures is."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[self.of[pictures]] = True
        return found

    def without_planes(self) -> "Classes":
        """Return them without what they are compared by, of which the memory then is free."""
        return Classes(self.planes[:0, :0].copy(), self.of, self.sizes)


def collapse(planes: Words) -> Classes:
    """Return the classes of pictures that agree in all planes, shape (planes, count).

    The planes become those of the classes: what was in them is gone.
    """
    order = Order(_mixed(planes))
    same = order.repeating()
    _verify(planes, order, same)
    first = _first_of_each(order, same)
    del order, same
    own = first == np.arange(len(first), dtype=np.uint32)
    number = np.cumsum(own, dtype=np.uint32)
    number -= np.uint32(1)
    of = first
    sizes = np.ones(int(np.count_nonzero(own)), dtype=np.uint32)
    for start, end in stretches(0, len(of), _AT_ONCE):
        of[start:end] = number[first[start:end]]
        np.add.at(sizes, of[start:end][~own[start:end]], 1)
    return Classes(compacted(planes, own), of, sizes)


def _mixed(planes: Words) -> Words:
    """Return a word for each picture, made of all of its own: equal ones for equal pictures."""
    mixed = np.zeros(planes.shape[1], dtype=np.uint64)
    for start, end in stretches(0, len(mixed), _AT_ONCE):
        part = mixed[start:end]
        for plane in planes:
            part ^= plane[start:end]
            part *= _ODD
            part ^= part >> _HALF
        part *= _ODD
    return mixed


def _verify(planes: Words, order: Order, same: NDArray[np.bool_]) -> None:
    """Leave as the same as the one before it what really is, after putting that beside each other."""
    alike = np.zeros(len(same), dtype=np.bool_)
    for start, end in stretches(0, len(same), _AT_ONCE):
        later = start + np.flatnonzero(same[start:end])
        alike[later] = _equal_before(planes, order, later)
    # Different pictures of one word may lie between equal ones.
    for start, end in _runs_with(same & ~alike, same):
        order.rearrange(start, np.lexsort(planes[::-1, order[start:end]]))
        later = np.arange(start + 1, end)
        alike[later] = _equal_before(planes, order, later)
    same[:] = alike


def _equal_before(planes: Words, order: Order, later: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which of these in the order equal the one before them."""
    ones, others = order[later - 1], order[later]
    equal = np.ones(len(later), dtype=np.bool_)
    for plane in planes:
        equal &= plane[ones] == plane[others]
    return equal


def _runs_with(marked: NDArray[np.bool_], same: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of the same in which something is marked."""
    found: list[tuple[int, int]] = []
    for place in np.flatnonzero(marked).tolist():
        if found and place < found[-1][1]:
            continue
        start, end = place - 1, place + 1
        while same[start]:
            start -= 1
        while end < len(same) and same[end]:
            end += 1
        found.append((start, end))
    return found


def _first_of_each(order: Order, same: NDArray[np.bool_]) -> Numbers:
    """Return for each picture the first one that equals it."""
    found = np.arange(len(order), dtype=np.uint32)
    before = 0
    for start, end in stretches(0, len(order), _AT_ONCE):
        places = order[start:end]
        leading = np.maximum.accumulate(np.where(same[start:end], -1, np.arange(end - start)))
        firsts = np.where(leading < 0, before, places[leading])
        found[places] = firsts
        before = int(firsts[-1])
    return found
