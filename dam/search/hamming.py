"""Hamming distances between fingerprints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FLAT_BITS = 4
"""A hash with this few bits set, or this few not set, is of a picture with nothing in it."""


def is_flat(value: int) -> bool:
    """Tell whether a 64-bit hash is degenerate, as those of plain surfaces are, and never to match."""
    return not _FLAT_BITS < value.bit_count() < 64 - _FLAT_BITS


def distances(query: int, values: Sequence[int]) -> "NDArray[np.intp]":
    """Return the number of bits in which each of these unsigned 64-bit hashes differs from `query`."""
    import numpy as np

    packed = np.array(values, dtype=np.uint64)
    counted: NDArray[np.intp] = np.bitwise_count(packed ^ np.uint64(query)).astype(np.intp)
    return counted


def flat(values: Sequence[int]) -> "NDArray[np.bool_]":
    """Return which of these unsigned 64-bit hashes are degenerate."""
    import numpy as np

    counts = np.bitwise_count(np.array(values, dtype=np.uint64))
    result: NDArray[np.bool_] = (counts <= _FLAT_BITS) | (counts >= 64 - _FLAT_BITS)
    return result


def distance_of_bytes(a: bytes, b: bytes) -> int:
    """Return the number of bits in which two hashes of the same length differ."""
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()
