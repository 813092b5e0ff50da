"""All pairs of 256-bit hashes within a distance, found by comparing each with each."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.pairs import Numbers, Pairs, make_pairs
from dam.search.orientation import Orientation
from dam.search.words import Words

_ROWS, _COLUMNS = 16, 4096
"""Hashes that are compared at a time: as many as leave a processor's cache enough room."""
_STRIPE = 2048
"""Rows that a thread takes at a time."""

Done = Callable[[int], None]
"""Is told how many comparisons have been made since the last call."""


def compare_all(
    rows: Words, columns: Words, row_numbers: Numbers, radius: int, orientation: Orientation, done: Done
) -> Iterator[Pairs]:
    """Yield the pairs of a hash of `rows` and one of `columns` within the radius.

    `row_numbers`, ascending, says which column each row is; the columns come turned already. If they are
    upright and all are rows, a row is compared only with what no earlier row has been compared with.
    """
    stripes = range(0, rows.shape[1], _STRIPE)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:

        def compare(start: int) -> tuple[Pairs, int]:
            return _compare_stripe(rows, columns, row_numbers, radius, orientation, start)

        for pairs, count in threads.map(compare, stripes):
            done(count)
            yield pairs


def _compare_stripe(
    rows: Words, columns: Words, row_numbers: Numbers, radius: int, orientation: Orientation, start: int
) -> tuple[Pairs, int]:
    found: list[Pairs] = []
    differing = np.empty((_ROWS, _COLUMNS), dtype=np.uint64)
    counts, totals = np.empty((2, _ROWS, _COLUMNS), dtype=np.uint8)
    compared = 0
    count = columns.shape[1]
    everybody = len(row_numbers) == count
    for top in range(start, min(start + _STRIPE, rows.shape[1]), _ROWS):
        some = rows[:, top : top + _ROWS]
        height = some.shape[1]
        # If everything is compared with everything, what lies before these rows has been.
        left = top if everybody and orientation is Orientation.UPRIGHT else 0
        for edge in range(left, count, _COLUMNS):
            others = columns[:, edge : edge + _COLUMNS]
            width = others.shape[1]
            near = _near(some, others, radius, differing, counts, totals)
            compared += height * width
            if len(near):
                at, beside = np.divmod(near, width)
                # In eight bits a distance of 256 looks like none.
                real = (totals[at, beside] > 0) | (some[0, at] == others[0, beside])
                at, beside = at[real], beside[real]
                found.append(
                    make_pairs(row_numbers[top + at], edge + beside, totals[at, beside], orientation)
                )
    return Pairs.joined(found), compared


def _near(
    some: Words,
    others: Words,
    radius: int,
    differing: NDArray[np.uint64],
    counts: NDArray[np.uint8],
    totals: NDArray[np.uint8],
) -> Numbers:
    """Fill `totals` with the distances of each from each; return the flat places of those that are near."""
    height, width = some.shape[1], others.shape[1]
    differing, counts, totals = differing[:height, :width], counts[:height, :width], totals[:height, :width]
    for number, (row, column) in enumerate(zip(some, others, strict=True)):
        np.bitwise_xor(row[:, np.newaxis], column[np.newaxis, :], out=differing)
        if number == 0:
            np.bitwise_count(differing, out=totals)
        else:
            np.bitwise_count(differing, out=counts)
            np.add(totals, counts, out=totals)
    return np.flatnonzero(totals <= radius)
