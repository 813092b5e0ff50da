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

from dam.duplicates.ahead import done_ahead
from dam.duplicates.exhaustive import Done
from dam.duplicates.hamming import Comparer
from dam.duplicates.ordering import Order, stretches
from dam.duplicates.pairs import Pairs, make_pairs
from dam.duplicates.turning import turned
from dam.search.orientation import Orientation
from dam.search.words import Words

_AT_ONCE = 1 << 14
"""Neighbours that are compared at a time: as many as leave a processor's cache enough room."""
_TASK = 1 << 16
"""Hashes that a thread takes at a time."""
_KEY_BITS = 32
"""Bits of a key: of a thousand million hashes few begin alike in more."""
_SIDE, _LOW = 16, 8
_STEP = 16
"""Bits from one key of a 64-bit hash to the next."""

OTHER_KEYS = 2 * 64 // _STEP
"""How many keys pHash and dHash make."""

_WORD = 64
_KEY = np.uint64(((1 << _KEY_BITS) - 1) << (_WORD - _KEY_BITS))
"""Keys are the first bits of a word."""
_OCTET = np.uint64(0xFF)


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
    count = planes.shape[1]
    keys = [partial(_low_frequencies, planes, bits) for bits in _bits_of_keys(effort.keys)]
    keys += [partial(_beginning_at, other, bit) for other in others for bit in range(0, _WORD, _STEP)]
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(max_workers=cores) as threads:
        # An order takes eight bytes a hash: one is used while the next one is made.
        for order in done_ahead(threads, _in_order, keys, 1):
            compare = partial(_compare, planes, order, effort.neighbours, radius)
            del order
            parts = stretches(0, count, _TASK)
            for pairs, size in done_ahead(threads, compare, parts, 2 * cores):
                done(size * effort.neighbours)
                yield pairs
            del compare


def compare_turned(
    planes: Words, orientation: Orientation, effort: Effort, radius: int, done: Done
) -> Iterator[Pairs]:
    """Yield pairs of a hash and one turned that way that are within the radius."""
    both = np.concatenate([planes, turned(planes, orientation)], axis=1)
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


def _low_frequencies(planes: Words, bits: NDArray[np.intp]) -> Words:
    """Return these bits of each hash, the first one foremost."""
    tables = _tables(bits)
    keys = np.zeros(planes.shape[1], dtype=np.uint64)
    for start, end in stretches(0, len(keys), _AT_ONCE):
        part = keys[start:end]
        for (word, shift), table in tables.items():
            octets = (planes[word, start:end] >> np.uint64(shift)) & _OCTET
            part |= table[octets.view(np.int64)]
    return keys


def _tables(bits: NDArray[np.intp]) -> dict[tuple[int, int], Words]:
    """Return what each octet that has such bits makes of the key, by its word and how far up it is there."""
    tables: dict[tuple[int, int], Words] = {}
    octets = np.arange(256, dtype=np.uint64)
    for place, bit in enumerate(bits.tolist()):
        word, within = divmod(bit, _WORD)
        up, down = divmod(_WORD - 1 - within, 8)
        table = tables.setdefault((word, 8 * up), np.zeros(256, dtype=np.uint64))
        table |= ((octets >> np.uint64(down)) & np.uint64(1)) << np.uint64(_WORD - 1 - place)
    return tables


def _beginning_at(hashes: NDArray[np.uint64], bit: int) -> Words:
    """Return the 32 bits of each hash from one on, going round."""
    keys = hashes << np.uint64(bit)
    if bit:
        keys |= hashes >> np.uint64(_WORD - bit)
    keys &= _KEY
    return keys


def _in_order(make_keys: Callable[[], Words]) -> Order:
    return Order(make_keys())


def _compare(
    planes: Words, order: Order, neighbours: int, radius: int, part: tuple[int, int]
) -> tuple[Pairs, int]:
    """Return the near ones of a part of the order and so many that follow each, and how many are in it."""
    found = []
    comparer = Comparer(_AT_ONCE)
    for start, end in stretches(*part, _AT_ONCE):
        numbers = order[start : end + neighbours]
        some = np.empty((len(planes), len(numbers)), dtype=np.uint64)
        for plane, values in zip(planes, some, strict=True):
            np.take(plane, numbers, out=values, mode="clip")
        ones, others, distances = [], [], []
        for step in range(1, min(neighbours, len(numbers) - 1) + 1):
            size = min(end - start, len(numbers) - step)
            near, apart = comparer.near(some[:, :size], some[:, step : step + size], (size,), radius)
            if len(near):
                ones.append(near)
                others.append(near + step)
                distances.append(apart)
        if ones:
            one, other = (numbers[np.concatenate(places)] for places in (ones, others))
            found.append(make_pairs(one, other, np.concatenate(distances), Orientation.UPRIGHT))
    return Pairs.concatenated(found), part[1] - part[0]
