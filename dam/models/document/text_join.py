"""All fingerprints of texts against each other: those that share a band are compared."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dam.models.document.min_hash import BANDS, PERMUTATIONS
from dam.models.spread import Ints

Signatures = npt.NDArray[np.uint32]

_NEIGHBOURS = 200
"""With how many of those that share a band each is compared."""
_AT_ONCE = 1 << 14
_ROWS = PERMUTATIONS // BANDS
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


class Resembling(NamedTuple):
    """Pairs by number, and how much they have in common of what both have together, from 0 to 1."""

    ones: Ints
    others: Ints
    alike: npt.NDArray[np.float64]


def resembling(
    signatures: Signatures, asked: Sequence[bool] | None, done: Callable[[int], None]
) -> Iterator[Resembling]:
    """Yield pairs that share a band, of which one at least is asked for; they may come more than once.

    A pair that has two thirds in common is practically always among them.
    """
    wanted = None if asked is None else np.array(asked, dtype=np.bool_)
    for band in range(BANDS):
        for ones, others in _of_one_band(signatures[:, band * _ROWS : (band + 1) * _ROWS]):
            chosen = slice(None) if wanted is None else wanted[ones] | wanted[others]
            yield _compared(signatures, ones[chosen], others[chosen])
        done(1)


def _of_one_band(rows: Signatures) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs with the same hashes in a band, each with those next to it."""
    keys = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        keys ^= column
        keys *= _ODD
        keys ^= keys >> _HALF
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    for step in range(1, min(_NEIGHBOURS, len(keys) - 1) + 1):
        places = np.flatnonzero(keys[step:] == keys[:-step])
        if not len(places):
            return
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            yield order[some], order[some + step]


def _compared(signatures: Signatures, ones: Ints, others: Ints) -> Resembling:
    equal = np.count_nonzero(signatures[ones] == signatures[others], axis=1)
    return Resembling(ones, others, equal / PERMUTATIONS)
