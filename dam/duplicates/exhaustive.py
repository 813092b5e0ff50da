"""All pairs of 256-bit hashes within a distance, found by comparing each with each."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dam.duplicates.ahead import done_ahead
from dam.duplicates.hamming import Comparer
from dam.duplicates.pairs import Numbers, Pairs, make_pairs
from dam.search.orientation import Orientation
from dam.search.words import Words

_ROWS, _COLUMNS = 16, 4096
"""Hashes that are compared at a time: as many as leave a processor's cache enough room."""
_TASK = 1 << 22
"""Comparisons that a thread makes at a time; all of them may find a pair, of ten bytes."""

Done = Callable[[int], None]
"""Is told how many comparisons have been made since the last call."""
_Part = tuple[slice, slice]


def compare_all(
    rows: Words, columns: Words, row_numbers: Numbers, radius: int, orientation: Orientation, done: Done
) -> Iterator[Pairs]:
    """Yield the pairs of a hash of `rows` and one of `columns` within the radius.

    `row_numbers`, ascending, says which column each row is; the columns come turned already. If they are
    upright and all are rows, a row is compared only with what no earlier row has been compared with.
    """
    everybody = len(row_numbers) == columns.shape[1]
    parts = _parts(rows.shape[1], columns.shape[1], everybody and orientation is Orientation.UPRIGHT)
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(max_workers=cores) as threads:
        compare = partial(_compare, rows, columns, row_numbers, radius, orientation)
        for pairs, count in done_ahead(threads, compare, parts, 2 * cores):
            done(count)
            yield pairs


def _parts(rows: int, columns: int, is_halved: bool) -> Iterator[_Part]:
    """Yield which rows are compared with which columns at a time."""
    # Few rows of few, or too many of the first ones would be compared with each other twice.
    height = max(min(_TASK // max(columns, 1), rows // _ROWS) // _ROWS, 1) * _ROWS
    for top in range(0, rows, height):
        # If everything is compared with everything, what lies before these rows has been.
        for left in range(top if is_halved else 0, columns, _TASK // _ROWS):
            yield slice(top, min(top + height, rows)), slice(left, min(left + _TASK // _ROWS, columns))


def _compare(
    rows: Words, columns: Words, row_numbers: Numbers, radius: int, orientation: Orientation, part: _Part
) -> tuple[Pairs, int]:
    found: list[Pairs] = []
    compared = 0
    comparer = Comparer(_ROWS * _COLUMNS)
    for top in range(part[0].start, part[0].stop, _ROWS):
        some = rows[:, top : min(top + _ROWS, part[0].stop), None]
        for edge in range(part[1].start, part[1].stop, _COLUMNS):
            others = columns[:, None, edge : min(edge + _COLUMNS, part[1].stop)]
            shape = some.shape[1], others.shape[2]
            near, apart = comparer.near(some, others, shape, radius)
            compared += shape[0] * shape[1]
            if len(near):
                at, beside = divmod(near, shape[1])
                found.append(make_pairs(row_numbers[top + at], edge + beside, apart, orientation))
    return Pairs.concatenated(found), compared
