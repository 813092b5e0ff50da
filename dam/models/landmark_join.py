"""Which fingerprints share landmarks at about the same place: all against all, in bounded memory.

An index of the database answers for one at a time; asking it for each of a hundred thousand would take an
hour. Here the very same landmarks are made of the fingerprints again, a part of all words at a time, put in
order, and looked up by the very same probes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dam.models.spread import Ints

_MOST = 1 << 23
"""Landmarks that are held at a time: a hundred megabytes, and as many again while they are put in order."""
_BLOCK = 64
"""Fingerprints that are looked up together."""
_HITS = 1 << 22
"""Landmarks that those may find."""
_FREQUENT = 1000
"""As many landmarks of one word, at about one place, say nothing."""
CANDIDATES = 100
"""As many are looked at closer for each: those that share most."""
_SHIFTS = 3
"""Shifts that are tried for each: those that most landmarks agree on."""
_PLACE_BITS = 20
_LAST_PLACE = (1 << _PLACE_BITS) - 1
_WORD = 0xFFFFFFFF

Places = tuple[Ints, Ints]
"""Words, and where in a fingerprint they are."""


@dataclass(frozen=True)
class Fingerprints:
    """The fingerprints that are joined, by number, and how to make landmarks of them."""

    values: Callable[[Sequence[int]], dict[int, bytes]]
    """Reads some of them; those are left out that are gone."""
    lengths: Ints
    """In places."""
    landmarks: Callable[[bytes], Places]
    probes: Callable[[bytes], Places]
    most: int
    """How many landmarks there are at most."""
    slack: int
    """How many places later or earlier the same may be."""
    apart: int
    """By how many places lengths may differ, or by a tenth of the longer one, if that is more."""
    asked: Sequence[bool] | None = None
    """Which are looked up; None means all."""

    @property
    def numbers_asked(self) -> Ints:
        """Return the numbers of those that are looked up."""
        numbers = np.arange(len(self.lengths), dtype=np.int64)
        return numbers if self.asked is None else numbers[np.array(self.asked, dtype=np.bool_)]

    def of_one_length(self, ones: Ints, others: Ints) -> npt.NDArray[np.bool_]:
        """Return which of these pairs are about as long as each other."""
        longer = np.maximum(self.lengths[ones], self.lengths[others])
        allowed = np.maximum(self.apart, np.minimum(longer // 10, 2 * self.slack))
        near: npt.NDArray[np.bool_] = np.abs(self.lengths[ones] - self.lengths[others]) <= allowed
        return near


@dataclass(frozen=True)
class Proposal:
    """Two fingerprints that may be the same."""

    one: int
    other: int
    values: tuple[bytes, bytes]
    shifts: list[int]
    """At which places of the other the first one may begin."""


class _Table(NamedTuple):
    """Landmarks in order of their keys, which are word and place."""

    keys: npt.NDArray[np.uint64]
    owners: npt.NDArray[np.uint32]


@dataclass
class LandmarkJoin:
    """Yields the pairs that share landmarks; those that are said to be `same` do not come again."""

    fingerprints: Fingerprints
    expect: Callable[[int], Callable[[int], None]]
    at_once: int = _MOST
    """How many landmarks are held at a time."""
    _same: set[tuple[int, int]] = field(default_factory=set)

    def same(self, proposal: Proposal) -> None:
        """Tell that the two of a proposal are the same."""
        self._same.add((min(proposal.one, proposal.other), max(proposal.one, proposal.other)))

    def __iter__(self) -> Iterator[Proposal]:
        asked = self.fingerprints.numbers_asked
        parts = max(1, -(-self.fingerprints.most // self.at_once))
        done = self.expect(parts * (len(self.fingerprints.lengths) + len(asked)))
        for part in range(parts):
            table = self._table(part, parts, done)
            for start in range(0, len(asked), _BLOCK):
                some = asked[start : start + _BLOCK].tolist()
                yield from self._proposals(table, some, part, parts)
                done(len(some))

    def _table(self, part: int, parts: int, done: Callable[[int], None]) -> _Table:
        keys, owners = [], []
        for start in range(0, len(self.fingerprints.lengths), _BLOCK):
            numbers = range(start, min(start + _BLOCK, len(self.fingerprints.lengths)))
            for number, value in self.fingerprints.values(numbers).items():
                words, places = _in_part(self.fingerprints.landmarks(value), part, parts)
                keys.append(_keys(words, places))
                owners.append(np.full(len(words), number, dtype=np.uint32))
            done(len(numbers))
        if not keys:
            return _Table(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint32))
        joined = np.concatenate(keys)
        del keys
        order = np.argsort(joined)
        return _Table(joined[order], np.concatenate(owners)[order])

    def _proposals(self, table: _Table, numbers: list[int], part: int, parts: int) -> Iterator[Proposal]:
        values = self.fingerprints.values(numbers)
        found = self._hits(table, values, part, parts)
        if not len(found):
            return
        near = _most_agreeing(found)
        for one, pairs in near.items():
            fresh = {other: shifts for other, shifts in pairs.items() if not self._is_known(one, other)}
            for start in range(0, len(fresh), _BLOCK):
                some = list(fresh)[start : start + _BLOCK]
                for other, value in self.fingerprints.values(some).items():
                    yield Proposal(one, other, (values[one], value), fresh[other])

    def _is_known(self, one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in self._same

    def _hits(self, table: _Table, values: dict[int, bytes], part: int, parts: int) -> Ints:
        """Return who finds whom at which shift, shape (count, 3)."""
        lots = {one: _in_part(self.fingerprints.probes(value), part, parts) for one, value in values.items()}
        owners = np.repeat(list(lots), [len(words) for words, _ in lots.values()]).astype(np.int64)
        words = np.concatenate([words for words, _ in lots.values()] or [np.empty(0, dtype=np.int64)])
        places = np.concatenate([places for _, places in lots.values()] or [np.empty(0, dtype=np.int64)])
        order = np.argsort(_keys(words, places))
        owners, words, places = owners[order], words[order], places[order]
        slack = self.fingerprints.slack
        first = np.searchsorted(table.keys, _keys(words, np.maximum(places - slack, 0)), side="left")
        counts = np.searchsorted(table.keys, _keys(words, places + slack), side="right") - first
        counts[counts > _FREQUENT] = 0
        # Those beyond are of fingerprints that all have the same words: the rest finds enough of them.
        counts[np.cumsum(counts) > _HITS] = 0
        of_row = np.repeat(np.arange(len(counts)), counts)
        rows = first[of_row] + np.arange(len(of_row)) - np.repeat(np.cumsum(counts) - counts, counts)
        ones, others = owners[of_row], table.owners[rows].astype(np.int64)
        shifts = (table.keys[rows] & np.uint64(_LAST_PLACE)).astype(np.int64) - places[of_row]
        kept = (ones != others) & self.fingerprints.of_one_length(ones, others)
        return np.stack([ones[kept], others[kept], shifts[kept]], axis=1)


def _keys(words: Ints, places: Ints) -> npt.NDArray[np.uint64]:
    keys = (words & _WORD) << _PLACE_BITS | np.minimum(places, _LAST_PLACE)
    return keys.astype(np.uint64)


def _in_part(landmarks: Places, part: int, parts: int) -> Places:
    """Return those landmarks whose words are in a part of all."""
    words, places = landmarks
    if parts == 1:
        return words, places
    chosen = ((words * 0x85EBCA6B & _WORD) * parts >> 32) == part
    return words[chosen], places[chosen]


def _most_agreeing(hits: Ints) -> dict[int, dict[int, list[int]]]:
    """Return, for each one, the others that share most with it, and the shifts that most agree on."""
    rows, counts = np.unique(hits, axis=0, return_counts=True)
    order = np.lexsort((-counts, rows[:, 1], rows[:, 0]))
    rows, counts = rows[order], counts[order]
    starts = np.flatnonzero(np.any(np.diff(rows[:, :2], axis=0, prepend=-1), axis=1))
    ranked = starts[np.lexsort((-counts[starts], rows[starts, 0]))]
    ends = dict(zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True))
    found: dict[int, dict[int, list[int]]] = {}
    for start in ranked.tolist():
        one, other = rows[start, :2].tolist()
        lot = found.setdefault(one, {})
        if len(lot) < CANDIDATES:
            lot[other] = rows[start : min(start + _SHIFTS, ends[start]), 2].tolist()
    return found
