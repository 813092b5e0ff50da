"""Dropping some of very many, without room for what is left."""

import numpy as np
from numpy.typing import NDArray

from dam.search.words import Words


def compacted(planes: Words, kept: NDArray[np.bool_]) -> Words:
    """Return those columns alone, moved to the front of the planes: what was there is gone."""
    count = int(np.count_nonzero(kept))
    if count < len(kept):
        for plane in planes:
            plane[:count] = plane[kept]
    return planes[:, :count]
