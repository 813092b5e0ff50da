"""Many things in batches, as for statements that may name only so many."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

PARAMETERS = 500
"""Values that one statement names: databases take no endless list of parameters."""


def batched(items: Iterable[T], most: int = PARAMETERS) -> Iterator[list[T]]:
    """Yield the items in lists of at most so many; each list is read only when it is asked for."""
    rest = iter(items)
    while batch := list(islice(rest, most)):
        yield batch
