"""Groups by star: each around one picture, every other one confirmed against just that one.

Groups by single link, where a member need only be like some other member, chain whole libraries together.
"""

from collections.abc import Callable, Collection, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.classes import Classes
from dam.duplicates.links import Links
from dam.duplicates.ordering import Order
from dam.duplicates.pairs import ORIENTATIONS, UPRIGHT, Numbers, Pairs
from dam.duplicates.turning import swaps_sides

Aspects = NDArray[np.float64]
Labels = Callable[[int], Collection[int]]
"""What was decided about a picture: about two that have a label in common, somebody has decided."""

_SWAPS = np.array([swaps_sides(which) for which in ORIENTATIONS])


class Star(NamedTuple):
    """A picture and those that are like it, by their numbers, nearest first."""

    centre: int
    members: Numbers
    orientations: NDArray[np.uint8]
    """How each is turned against the centre."""


class Stars:
    """Makes the stars of pictures, the largest first.

    The centre of a star is the picture that most are like, not the best one: a picture with a border has
    more pixels than the original, but less is near to it (Aslam, Pelekhov, Rus: "The Star Clustering
    Algorithm for Static and Dynamic Information Organization", 2004).
    """

    def __init__(
        self,
        classes: Classes,
        pairs: Pairs,
        *,
        aspects: Aspects,
        tolerance: float,
        labels: Labels,
        chosen: NDArray[np.bool_] | None = None,
    ) -> None:
        """Take classes of pictures and the pairs of classes; aspects are width by height of each picture.

        Nobody has decided about any two in a star, as `labels` tell. Of the pictures that are `chosen` one
        must be in every pair.
        """
        self._classes = classes
        self._aspects = aspects
        self._tolerance = tolerance
        self._labels = labels
        self._chosen = chosen
        self._links = Links(pairs, len(classes))
        by_class = Order(classes.of.astype(np.uint64) << np.uint64(32))
        self._in_class = by_class[:].astype(np.uint32)
        del by_class
        self._starts = np.concatenate(([0], np.cumsum(classes.sizes, dtype=np.int64)))
        self._sizes = classes.sizes.copy()
        self._taken = np.zeros(len(classes.of), dtype=np.bool_)
        self._rank = np.zeros(len(classes.of), dtype=np.uint32)

    def candidates(self) -> Numbers:
        """Return the pictures that may be in a star at all: their class has others, or a pair."""
        worth = (self._classes.sizes > 1) | self._links.linked
        return np.flatnonzero(worth[self._classes.of]).astype(np.uint32)

    def leave_out(self, pictures: NDArray[np.bool_]) -> None:
        """Let these pictures be in no star."""
        self._taken |= pictures

    def of(self, candidates: Numbers) -> Iterator[Star]:
        """Yield the stars of these candidates; of those that as many are like the first is taken first.

        So it is of two members about which somebody has decided.
        """
        self._rank[candidates] = np.arange(len(candidates))
        # What a picture could have at most falls as others take it: it is counted anew when its turn comes.
        most = self._links.reach(self._classes.sizes)[self._classes.of[candidates]]
        order = np.argsort(-most, kind="stable")
        waiting: list[tuple[int, int]] = []
        for place in order.tolist():
            yield from self._larger_than(int(most[place]), waiting, candidates)
            self._put(place, waiting, candidates)
        yield from self._larger_than(0, waiting, candidates)

    def _put(self, place: int, waiting: list[tuple[int, int]], candidates: Numbers) -> None:
        centre = int(candidates[place])
        if not self._taken[centre] and (size := len(self._around(centre).members)):
            heappush(waiting, (-size, place))

    def _larger_than(self, size: int, waiting: list[tuple[int, int]], candidates: Numbers) -> Iterator[Star]:
        """Yield the stars among those waiting that none of at most that size can surpass."""
        while waiting and -waiting[0][0] >= max(size, 1):
            counted, place = heappop(waiting)
            centre = int(candidates[place])
            if self._taken[centre]:
                continue
            star = self._around(centre)
            if len(star.members) < -counted:
                self._put(place, waiting, candidates)
                continue
            star = self._undecided(star)
            self._taken[centre] = True
            self._taken[star.members] = True
            yield star

    def _around(self, centre: int) -> Star:
        own = int(self._classes.of[centre])
        linked, distances, orientations = self._links.of(own)
        lots = [self._untaken(number) for number in (own, *linked.tolist())]
        repeats = [len(lot) for lot in lots]
        members = np.concatenate(lots)
        apart = np.repeat(np.concatenate(([0], distances)).astype(np.uint8), repeats)
        turned = np.repeat(np.concatenate(([UPRIGHT], orientations)).astype(np.uint8), repeats)
        kept = (members != centre) & self._same_shape(centre, members, turned)
        if self._chosen is not None and not self._chosen[centre]:
            kept &= self._chosen[members]
        members, apart, turned = members[kept], apart[kept], turned[kept]
        if labels := set(self._labels(centre)):
            free = np.array(
                [labels.isdisjoint(self._labels(one)) for one in members.tolist()], dtype=np.bool_
            )
            members, apart, turned = members[free], apart[free], turned[free]
        order = np.lexsort((members, turned, apart))
        return Star(centre, members[order], turned[order])

    def _undecided(self, star: Star) -> Star:
        """Return the star without members about which and another one, the better, somebody has decided."""
        seen: set[int] = set()
        kept = np.ones(len(star.members), dtype=np.bool_)
        for place in np.argsort(self._rank[star.members], kind="stable").tolist():
            if labels := self._labels(int(star.members[place])):
                kept[place] = seen.isdisjoint(labels)
                seen.update(labels if kept[place] else ())
        return Star(star.centre, star.members[kept], star.orientations[kept])

    def _untaken(self, number: int) -> Numbers:
        """Return the pictures of a class that are in no star yet; those that are, are not looked at again."""
        start, size = int(self._starts[number]), int(self._sizes[number])
        members = self._in_class[start : start + size]
        left = members[~self._taken[members]]
        self._in_class[start : start + len(left)] = left
        self._sizes[number] = len(left)
        return left

    def _same_shape(self, centre: int, members: Numbers, turned: NDArray[np.uint8]) -> NDArray[np.bool_]:
        aspects = self._aspects[members]
        ratio = np.where(_SWAPS[turned], 1 / aspects, aspects) / self._aspects[centre]
        alike: NDArray[np.bool_] = np.maximum(ratio, 1 / ratio) <= self._tolerance
        return alike
