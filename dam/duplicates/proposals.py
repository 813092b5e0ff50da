"""Pairs of PDQ hashes within a distance, found among those that some order puts near each other.

The sorted-neighbourhood method (Hernandez, Stolfo: "The Merge/Purge Problem for Large Databases", 1995):
hashes are sorted by many keys, each of other bits, and in each order compared with those that follow. Two
hashes that differ in few bits begin alike in some order. The time is linear in their number, whatever they
are; what is found is not everything, and how much it is has to be measured.

The keys are made of PDQ's 8x8 lowest frequencies, which what is done to a picture changes least, and of the
other hashes.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.exhaustive import Done
from dam.duplicates.pairs import Numbers, Pairs, make_pairs
from dam.search.orientation import Orientation
from dam.search.words import Words

_AT_ONCE = 1 << 14
"""Neighbours that are compared at a time: as many as leave a processor's cache enough room."""
_KEY_BITS = 32
"""Bits of a key: of a thousand million hashes few begin alike in more."""
_SIDE, _LOW = 16, 8
_STEP = 16
"""Bits from one key of a 64-bit hash to the next."""

OTHER_KEYS = 2 * 64 // _STEP
"""How many keys pHash and dHash make."""

Key = NDArray[np.generic]


class Effort(NamedTuple):
    """How many orders there are, and how many neighbours in each a hash is compared with."""

    keys: int
    neighbours: int


def compare_neighbours(
    planes: Words, others: Words, effort: Effort, radius: int, done: Done
) -> Iterator[Pairs]:
    """Yield pairs of the hashes, shape (4, count), that are within the radius; a pair may come many times.

    `others`, shape (hashes, count), are 64-bit hashes of the same pictures, which propose too.
    """
    keys = [partial(_low_frequencies, planes, bits) for bits in _bits_of_keys(effort.keys)]
    keys += [partial(_beginning_at, other, bit) for other in others for bit in range(0, 64, _STEP)]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        for pairs in threads.map(partial(_in_order_of, planes, effort.neighbours, radius), keys):
            done(planes.shape[1] * effort.neighbours)
            yield pairs


def compare_turned(
    planes: Words, turned: Words, effort: Effort, radius: int, orientation: Orientation, done: Done
) -> Iterator[Pairs]:
    """Yield pairs of a hash and a turned one that are within the radius."""
    both = np.concatenate([planes, turned], axis=1)
    size = planes.shape[1]
    for pairs in compare_neighbours(both, both[:0], effort, radius, done):
        found = pairs.chosen((pairs.first < size) & (pairs.second >= size))
        yield make_pairs(found.first, found.second - size, found.distances, orientation)


def _bits_of_keys(count: int) -> list[NDArray[np.intp]]:
    """Return the bits of each key, the first one counting most; chosen by chance, but always the same."""
    frequencies = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE)[:_LOW, :_LOW].ravel()
    # The last frequency comes first.
    low = 255 - frequencies
    rng = np.random.default_rng(1)
    return [rng.permutation(low)[:_KEY_BITS] for _ in range(count)]


def _low_frequencies(planes: Words, bits: NDArray[np.intp]) -> Key:
    key = np.zeros(planes.shape[1], dtype=np.uint32)
    for bit in bits.tolist():
        word, shift = divmod(bit, 64)
        key <<= np.uint32(1)
        key |= ((planes[word] >> np.uint64(63 - shift)) & np.uint64(1)).astype(np.uint32)
    return key


def _beginning_at(hashes: NDArray[np.uint64], bit: int) -> Key:
    """Return the 32 bits of each hash from one on, going round."""
    if bit > 32:
        hashes = (hashes << np.uint64(32)) | (hashes >> np.uint64(32))
        bit -= 32
    return (hashes >> np.uint64(32 - bit)).astype(np.uint32)


def _in_order_of(planes: Words, neighbours: int, radius: int, make_key: Callable[[], Key]) -> Pairs:
    order = np.argsort(make_key(), kind="stable")
    found: list[Pairs] = []
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE + neighbours]
        found += _near(np.ascontiguousarray(planes[:, some]), some, neighbours, radius)
    return Pairs.joined(found)


def _near(planes: Words, numbers: Numbers, neighbours: int, radius: int) -> Iterator[Pairs]:
    """Yield the pairs of the first hashes with so many that follow each."""
    width = min(_AT_ONCE, len(numbers))
    differing = np.empty(width, dtype=np.uint64)
    counts, totals = np.empty((2, width), dtype=np.uint8)
    for step in range(1, min(neighbours, len(numbers) - 1) + 1):
        size = min(width, len(numbers) - step)
        differs, count, total = differing[:size], counts[:size], totals[:size]
        for word, plane in enumerate(planes):
            np.bitwise_xor(plane[:size], plane[step : step + size], out=differs)
            np.bitwise_count(differs, out=count if word else total)
            if word:
                np.add(total, count, out=total)
        near = np.flatnonzero(total <= radius)
        if len(near):
            # In eight bits a distance of 256 looks like none.
            near = near[(total[near] > 0) | (planes[0, near] == planes[0, near + step])]
            yield make_pairs(numbers[near], numbers[near + step], total[near], Orientation.UPRIGHT)
