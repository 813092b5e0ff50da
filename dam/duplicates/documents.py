"""Pairs of documents that the hashes take for copies of each other, confirmed by their ink."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.ink import have_same_ink, ink_of, is_document
from dam.duplicates.pairs import ORIENTATIONS, Numbers, Pairs
from dam.duplicates.watch import Watch
from dam.models.image.orientation import turned
from dam.search.page import Entities

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")

Previews = Callable[[Sequence[int]], Iterable[tuple[int, bytes]]]
"""Gives the previews of these entities, of those that have one."""

_AT_ONCE = 500
"""Previews that are in memory at a time: decoded, a hundred megabytes."""
_MOST = 200_000
"""Pairs of documents that are compared, at most: twenty minutes."""


class Confirmed(NamedTuple):
    """What is left of some pairs, and what is not known of them."""

    pairs: Pairs
    unseen: int
    """Pictures in them without a preview, which may be documents."""
    skipped: int
    """Pairs of documents that were too many to compare, and were left out."""


def without_other_documents(pairs: Pairs, entities: Entities, previews: Previews, watch: Watch) -> Confirmed:
    """Leave out the pairs of documents, and of one and something else, that have not the same ink.

    `entities` are those that the numbers in the pairs stand for. Pairs without a preview stay as they are.
    If there are too many, those that are nearest by PDQ are compared, and the others left out.
    """
    numbers = np.unique(np.concatenate([pairs.first, pairs.second]))
    watch.expect("looking", len(numbers))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        seen, documents = np.zeros((2, len(entities)), dtype=np.bool_)
        for some, found in _looked_at(numbers, entities, previews, is_document, threads):
            seen[some], documents[some] = True, found
            watch.advance(len(some))
        suspect = (documents[pairs.first] | documents[pairs.second]) & seen[pairs.first] & seen[pairs.second]
        places = np.flatnonzero(suspect)
        places = np.sort(places[np.argsort(pairs.distances[places], kind="stable")][:_MOST])
        watch.expect("reading documents", len(places))
        kept = ~suspect
        for lot in np.split(places, range(_AT_ONCE // 2, len(places), _AT_ONCE // 2)):
            kept[lot] = _same(pairs.chosen(lot), entities, previews, threads)
            watch.advance(len(lot))
    return Confirmed(pairs.chosen(kept), int((~seen[numbers]).sum()), int(suspect.sum()) - len(places))


def _looked_at(
    numbers: Numbers,
    entities: Entities,
    previews: Previews,
    look: Callable[[bytes], T],
    threads: ThreadPoolExecutor,
) -> Iterator[tuple[Numbers, list[T]]]:
    """Yield which have a preview and what it looks like, for some at a time."""
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        found = dict(previews(entities[some].tolist()))
        there = some[np.isin(entities[some], list(found))]
        yield there, list(threads.map(look, (found[entity] for entity in entities[there].tolist())))


def _same(
    pairs: Pairs, entities: Entities, previews: Previews, threads: ThreadPoolExecutor
) -> NDArray[np.bool_]:
    """Tell which of a few pairs have the same ink."""
    numbers = np.unique(np.concatenate([pairs.first, pairs.second]))
    inks: dict[int, Image] = {}
    for some, found in _looked_at(numbers, entities, previews, ink_of, threads):
        inks.update(zip(some.tolist(), found, strict=True))

    def same(first: int, second: int, orientation: int) -> bool:
        if first not in inks or second not in inks:
            return True  # Lost since it was looked at.
        return have_same_ink(turned(inks[first], ORIENTATIONS[orientation].exif), inks[second])

    columns = (pairs.first.tolist(), pairs.second.tolist(), pairs.orientations.tolist())
    return np.fromiter(threads.map(same, *columns), dtype=np.bool_, count=len(pairs.first))
