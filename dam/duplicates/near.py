"""Confirmed pairs among pictures: by comparing all, or what proposals name where that would take too long."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.classes import Classes
from dam.duplicates.collection import Collection
from dam.duplicates.criteria import Nearness
from dam.duplicates.exhaustive import Done, compare_all
from dam.duplicates.extent import Recall
from dam.duplicates.pairs import ORIENTATIONS, UPRIGHT, Numbers, Pairs
from dam.duplicates.pictures import DHASH, PDQ, PHASH, PLAIN
from dam.duplicates.proposals import OTHER_KEYS, Effort, compare_neighbours, compare_turned
from dam.duplicates.turning import turned
from dam.search.orientation import Orientation
from dam.search.words import Words, flat

Expect = Callable[[int], Done]
"""Is told how many comparisons there will be; returns what is told of those made."""

_KEYS = 128
_MANY = 4_000_000
"""Hashes from which on twice as many keys find more than twice as many neighbours do."""
_NEIGHBOURS = (64, 256)
_PROPOSED = 160_000_000_000
"""Comparisons of what proposals name: a few minutes."""
_SAMPLED = 4_000_000_000
"""Comparisons to estimate what the proposals have missed."""


def effort_for(count: int) -> Effort:
    """Return with how many neighbours, in how many orders, each of so many hashes is compared."""
    least, most = _NEIGHBOURS
    keys = _KEYS if count < _MANY else 2 * _KEYS
    return Effort(keys, min(max(_PROPOSED // (keys * max(count, 1)), least), most))


class Found(NamedTuple):
    """The pairs of classes, and how many of those there are that is."""

    pairs: Pairs
    recall: Recall | None
    """None if everything was compared with everything."""


class NearPairs(NamedTuple):
    """Looks for the pairs of classes that are near, also of turned pictures if `rotated`."""

    classes: Classes
    nearness: Nearness
    rotated: bool
    chosen: NDArray[np.bool_] | None
    """The classes of which one must be in every pair; None means any."""
    exhaustive: int
    """How many comparisons may be made for comparing with everything to be worth it."""
    expect: Expect

    def find(self) -> Found:
        """Return the pairs, by comparing everything if that is not too much."""
        collection = Collection(len(self.classes))
        if self._comparisons() <= self.exhaustive:
            for pairs in self._compare_all(self._rows(), self.expect(self._comparisons())):
                collection.add(pairs)
            return Found(collection.pairs(), None)
        for pairs in self._propose():
            collection.add(pairs)
        whole = collection.pairs()
        return Found(whole, self._recall(whole))

    @property
    def _pdq(self) -> Words:
        return self.classes.planes[PDQ]

    def _orientations(self) -> tuple[Orientation, ...]:
        if not self.rotated:
            return (Orientation.UPRIGHT,)
        # A quarter turn one way is the other one's way back.
        return tuple(which for which in ORIENTATIONS if which is not Orientation.TURNED_270)

    def _radius(self, orientation: Orientation) -> int:
        return self.nearness.pdq if orientation is Orientation.UPRIGHT else self.nearness.pdq_if_turned

    def _rows(self) -> Numbers:
        everything = np.arange(len(self.classes), dtype=np.uint32)
        return everything if self.chosen is None else everything[self.chosen]

    def _comparisons(self) -> int:
        count = len(self.classes)
        rows = count if self.chosen is None else int(np.count_nonzero(self.chosen))
        upright = rows * count // (2 if rows == count else 1)
        return upright + (len(self._orientations()) - 1) * rows * count

    def _compare_all(self, rows: Numbers, done: Done) -> Iterator[Pairs]:
        some = self._pdq if len(rows) == len(self.classes) else self._pdq[:, rows]
        for orientation in self._orientations():
            columns = turned(self._pdq, orientation)
            for pairs in compare_all(some, columns, rows, self._radius(orientation), orientation, done):
                yield self._confirmed(pairs)

    def _propose(self) -> Iterator[Pairs]:
        effort, orientations = effort_for(len(self.classes)), self._orientations()
        orders = (2 * len(orientations) - 1) * effort.keys + OTHER_KEYS
        done = self.expect(orders * effort.neighbours * len(self.classes))
        for orientation in orientations:
            radius = self._radius(orientation)
            if orientation is Orientation.UPRIGHT:
                others = self.classes.planes[PHASH : DHASH + 1]
                found = compare_neighbours(self._pdq, others, effort, radius, done)
            else:
                found = compare_turned(self._pdq, orientation, effort, radius, done)
            for pairs in found:
                touching = (
                    pairs
                    if self.chosen is None
                    else pairs.chosen(self.chosen[pairs.first] | self.chosen[pairs.second])
                )
                yield self._confirmed(touching)

    def _confirmed(self, pairs: Pairs) -> Pairs:
        """Return those pairs of which the other hashes agree that they are near; all are so in PDQ."""
        planes = self.classes.planes
        plain = (planes[PLAIN, pairs.first] | planes[PLAIN, pairs.second]) > 0
        total = pairs.distances.astype(np.uint16)
        for plane in (PHASH, DHASH):
            total += 4 * np.bitwise_count(planes[plane, pairs.first] ^ planes[plane, pairs.second])
        agreeing = ~plain | (total <= self.nearness.total_if_plain)
        if self.nearness.total is not None:
            agreeing &= total <= self.nearness.total
        # ImageHash has nothing to say of 16-bit greys.
        alone = self._are_silent(pairs.first) | self._are_silent(pairs.second)
        alone &= pairs.distances <= self.nearness.pdq_if_turned
        agreeing |= alone & ~plain
        is_turned = pairs.orientations != UPRIGHT
        return pairs.chosen(np.where(is_turned, ~plain, agreeing))

    def _are_silent(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Tell of which classes the 64-bit hashes are both degenerate."""
        phash, dhash = (self.classes.planes[plane : plane + 1, numbers] for plane in (PHASH, DHASH))
        return flat(phash) & flat(dhash)

    def _recall(self, found: Pairs) -> Recall:
        rows = self._rows()
        size = min(max(_SAMPLED // max(len(self.classes), 1), 1), len(rows))
        sample = np.sort(np.random.default_rng(0).choice(rows, size, replace=False))
        there = Pairs.joined(self._compare_all(sample, lambda count: None))
        # Those found are in order: looking each up takes no room.
        codes, wanted = found.codes(), there.codes()
        is_found = np.searchsorted(codes, wanted, "right") > np.searchsorted(codes, wanted)
        return Recall(int(np.count_nonzero(is_found)), len(wanted))
