"""What every Hamming index answers, whatever it keeps and wherever."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dam.search.blocks import Block
from dam.search.page import Entities
from dam.search.words import Distances, Words, distances, flat


class Neighbours(NamedTuple):
    """The entities within a radius of a query, and their distances from it, both of shape (count,)."""

    entities: Entities
    distances: Distances

    @classmethod
    def joined(cls, parts: Sequence["Neighbours"]) -> "Neighbours":
        """Return several answers as one."""
        return cls(
            np.concatenate([_NO_ENTITIES, *(part.entities for part in parts)]),
            np.concatenate([_NO_DISTANCES, *(part.distances for part in parts)]),
        )


_NO_ENTITIES: Entities = np.empty(0, dtype=np.int64)
_NO_DISTANCES: Distances = np.empty(0, dtype=np.uint16)


class HammingIndex(Protocol):
    """All fingerprints of one table, to be searched by Hamming distance, exactly."""

    def within(self, queries: Words, radius: int) -> list[Neighbours]:
        """Return for each query (queries of shape (words, count)) every entity within the radius.

        In ascending order of the entities' ids. 64-bit hashes that are flat match nothing, on
        either side.
        """
        ...


def near(planes: Words, query: Words, radius: int) -> tuple[NDArray[np.intp], Distances]:
    """Return where fingerprints within the radius are, and their distances; flat ones match nothing."""
    apart = distances(planes, query)
    places = np.flatnonzero(apart <= radius)
    places = places[~flat(planes[:, places])]
    return places, apart[places]


def matching(block: Block, query: Words, radius: int) -> Neighbours:
    """Return the neighbours of a query in a block."""
    places, apart = near(block.planes, query, radius)
    return Neighbours(block.entities[places], apart)
