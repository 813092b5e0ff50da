"""Pictures too plain for their hashes, told apart by how they look.

A clear sky or a gradient has frequencies that all lie near their median, so that rounding decides half of the
bits of pHash and PDQ. Its preview says more: two that have the same colours everywhere are the same picture.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.classes import Classes
from dam.duplicates.pairs import Pairs, make_pairs
from dam.duplicates.pictures import DHASH, PDQ, PLAIN
from dam.search.all_pairs import pairs_within
from dam.search.orientation import Orientation
from dam.search.words import flat

Look = NDArray[np.int16]
Preview = Callable[[int], bytes | None]

_CELLS = 16
_LEVELS = 8
"""How much a colour may differ anywhere, of 255; between copies of a gradient it was 5 at most."""
_DHASH = 4
_EQUAL = 64
"""Pictures of the same dHash that each is compared with."""
_ALIKE = 8
"""Pictures of one dHash that are compared with those of each other one near it."""
_MOST = 100_000
"""Pairs that are looked at, at most; there are many only if a library is full of plain pictures."""
_KEPT = 4096
"""Looks that are kept: three MiB."""


def alike_by_look(classes: Classes, chosen: NDArray[np.bool_] | None, preview: Preview) -> Pairs:
    """Return the pairs of plain classes that look the same; `preview` gives that of a picture, by number."""
    first = np.unique(classes.of, return_index=True)[1]

    @lru_cache(_KEPT)
    def look(number: int) -> Look | None:
        return _look_of(preview(int(first[number])))

    found = []
    for one, other in islice(_candidates(classes, chosen), _MOST):
        left, right = look(one), look(other)
        if left is not None and right is not None and np.abs(left - right).max() <= _LEVELS:
            found.append((one, other))
    ones, others = np.array(found, dtype=np.int64).reshape(-1, 2).T
    apart = np.bitwise_count(classes.planes[PDQ, ones] ^ classes.planes[PDQ, others]).sum(axis=0)
    return make_pairs(ones, others, np.minimum(apart, 255).astype(np.uint8), Orientation.UPRIGHT)


def _candidates(classes: Classes, chosen: NDArray[np.bool_] | None) -> Iterator[tuple[int, int]]:
    """Yield pairs of plain classes that are near in dHash, which depends on neighbours alone."""
    usable = (classes.planes[PLAIN] > 0) & ~flat(classes.planes[DHASH : DHASH + 1])
    numbers = np.flatnonzero(usable)
    values, run = np.unique(classes.planes[DHASH, numbers], return_inverse=True)
    lots = np.split(numbers[np.argsort(run, kind="stable")], np.cumsum(np.bincount(run))[:-1])
    for one, other in _in_lots(lots) if len(numbers) else ():
        yield from _of_chosen(one, other, chosen)
    for near in pairs_within(values, _DHASH):
        for left, right in zip(near.first.tolist(), near.second.tolist(), strict=True):
            for one, other in product(lots[left][:_ALIKE].tolist(), lots[right][:_ALIKE].tolist()):
                yield from _of_chosen(one, other, chosen)


def _in_lots(lots: list[NDArray[np.intp]]) -> Iterator[tuple[int, int]]:
    for lot in lots:
        for place, one in enumerate(lot.tolist()):
            for other in lot[place + 1 : place + 1 + _EQUAL].tolist():
                yield one, other


def _of_chosen(one: int, other: int, chosen: NDArray[np.bool_] | None) -> Iterator[tuple[int, int]]:
    if chosen is None or chosen[one] or chosen[other]:
        yield one, other


def _look_of(preview: bytes | None) -> Look | None:
    """Return the mean colours of 16x16 parts of a picture, shape (16, 16, 3); None without a preview."""
    if preview is None:
        return None
    from PIL import Image

    with Image.open(BytesIO(preview), formats=["JPEG"]) as picture:
        small = picture.convert("RGB").resize((_CELLS, _CELLS), Image.Resampling.BOX)
    return np.asarray(small).astype(np.int16)
