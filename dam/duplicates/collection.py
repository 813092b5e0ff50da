"""Pairs as they are found, in bounded memory."""

import logging

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.pairs import Pairs

_logger = logging.getLogger(__name__)

_MOST = 1 << 24
"""Pairs that are held at most: 300 MB, and as much again while repetitions are dropped."""


class Collection:
    """Gathers the pairs of classes; where they are too many to hold, a class near a busier one is settled."""

    def __init__(self, classes: int, most: int = _MOST) -> None:
        """Gather the pairs of so many classes, holding at most so many."""
        self._classes = classes
        self._most = most
        self._parts: list[Pairs] = []
        self._held = 0
        self._merged = 0
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
        self._held += len(pairs.first)
        if self._held > max(2 * self._merged, self._most // 4):
            self._merge()

    def pairs(self) -> Pairs:
        """Return all pairs, each once, in order."""
        self._merge()
        return Pairs.joined([*self._stars, *self._parts])

    def _merge(self) -> None:
        whole = Pairs.joined(self._parts)
        if len(whole.first) > self._most:
            whole = self._settle(whole)
        self._parts, self._held, self._merged = [whole], len(whole.first), len(whole.first)

    def _settle(self, pairs: Pairs) -> Pairs:
        """Make stars of what is known so far; return the pairs that do not touch any member of one."""
        _logger.warning("more than %d pairs are near each other: grouped before all are known", self._most)
        if self._settled is None:
            self._settled = np.zeros(self._classes, dtype=np.bool_)
        degree = np.bincount(np.concatenate([pairs.first, pairs.second]), minlength=len(self._settled))
        more = degree[pairs.first] >= degree[pairs.second]
        centre = np.where(more, pairs.first, pairs.second)
        member = np.where(more, pairs.second, pairs.first)
        order = np.lexsort((member, centre, -degree[centre]))
        kept = np.zeros(len(order), dtype=np.bool_)
        starts = np.flatnonzero(np.diff(centre[order], prepend=-1))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True):
            lot = order[start:end]
            if not self._settled[centre[lot[0]]]:
                fresh = lot[~self._settled[member[lot]]]
                self._settled[member[fresh]] = True
                kept[fresh] = True
        self._stars.append(pairs.chosen(kept))
        return pairs.chosen(~(self._settled[pairs.first] | self._settled[pairs.second]))
