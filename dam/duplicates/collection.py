"""Pairs as they are found, in bounded memory."""

import logging
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.ordering import stretches
from dam.duplicates.pairs import Numbers, Pairs, merged

_logger = logging.getLogger(__name__)

_MOST = 1 << 24
"""Pairs that are held at most: 170 MB, and twice as much again while others are put among them."""
_TOGETHER = 16
"""The part of as many that is put among them at a time."""

_AT_ONCE = 1 << 16


class Collection:
    """Gathers the pairs of classes; where they are too many to hold, a class near a busier one is settled."""

    def __init__(self, classes: int, most: int = _MOST) -> None:
        """Gather the pairs of so many classes, holding at most so many."""
        self._classes = classes
        self._most = most
        self._whole = Pairs.joined([])
        self._parts: list[Pairs] = []
        self._waiting = 0
        self._settled: NDArray[np.bool_] | None = None
        """The classes that have become members of a star, and need no further pairs."""
        self._stars: list[Pairs] = []

    def add(self, pairs: Pairs) -> None:
        """Take more pairs; what is there already is dropped."""
        if self._settled is not None:
            pairs = pairs.chosen(~(self._settled[pairs.first] | self._settled[pairs.second]))
        if not len(pairs.first):
            return
        self._parts.append(pairs)
        self._waiting += len(pairs.first)
        if self._waiting > self._most // _TOGETHER:
            self._merge()

    def pairs(self) -> Pairs:
        """Return all pairs, each once, in order."""
        self._merge()
        return merged(self._whole, Pairs.joined(self._stars)) if self._stars else self._whole

    def _merge(self) -> None:
        fresh = Pairs.joined(self._parts)
        self._parts, self._waiting = [], 0
        self._whole = merged(self._whole, fresh)
        if len(self._whole.first) > self._most:
            self._whole = self._settle(self._whole)

    def _settle(self, pairs: Pairs) -> Pairs:
        """Make stars of what is known so far; return the pairs that do not touch any member of one."""
        _logger.warning("more than %d pairs are near each other: grouped before all are known", self._most)
        if self._settled is None:
            self._settled = np.zeros(self._classes, dtype=np.bool_)
        degree = _degrees(pairs, len(self._settled))
        more = degree[pairs.first] >= degree[pairs.second]
        centre = np.where(more, pairs.first, pairs.second)
        member = np.where(more, pairs.second, pairs.first)
        del more
        # The busiest first.
        key = (degree.max() - degree)[centre].astype(np.uint64) << np.uint64(32) | centre
        order = np.lexsort((member, key))
        del key
        kept = np.zeros(len(order), dtype=np.bool_)
        for start, end in _runs(centre[order]):
            lot = order[start:end]
            if not self._settled[centre[lot[0]]]:
                fresh = lot[~self._settled[member[lot]]]
                self._settled[member[fresh]] = True
                kept[fresh] = True
        self._stars.append(pairs.chosen(kept))
        return pairs.chosen(~(self._settled[pairs.first] | self._settled[pairs.second]))


def _degrees(pairs: Pairs, classes: int) -> Numbers:
    """Return in how many pairs each class is."""
    degree = np.zeros(classes, dtype=np.uint32)
    for numbers in (pairs.first, pairs.second):
        for start, end in stretches(0, len(numbers), _AT_ONCE):
            np.add.at(degree, numbers[start:end], 1)
    return degree


def _runs(numbers: Numbers) -> Iterator[tuple[int, int]]:
    """Yield where each run of equal numbers starts and ends."""
    fresh = np.ones(len(numbers), dtype=np.bool_)
    fresh[1:] = numbers[1:] != numbers[:-1]
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(numbers))
    for first, last in stretches(0, len(starts), _AT_ONCE):
        yield from zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True)
