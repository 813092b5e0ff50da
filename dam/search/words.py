"""Fingerprints as machine words, and the distances between them.

Many fingerprints are an array of shape (words, count): one plane for each 64 bits of the fingerprint, so
that a scan reads memory in order. One fingerprint is an array of shape (words,).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.search.flatness import FLAT_BITS

Words = NDArray[np.uint64]
Distances = NDArray[np.uint16]


def pack(values: Sequence[Any], bits: int) -> Words:
    """Return fingerprints of that many bits as planes of words, shape (bits / 64, len(values)).

    Those of 64 bits are unsigned integers, wider ones big-endian bytes. Raises ValueError for a
    fingerprint of another length.
    """
    if bits == 64:
        return np.array(values, dtype=np.uint64).reshape(1, len(values))
    width = bits // 8
    if any(len(value) != width for value in values):
        raise ValueError(f"a fingerprint is not {width} bytes long")
    words = np.frombuffer(b"".join(values), dtype=">u8").reshape(len(values), bits // 64)
    return np.ascontiguousarray(words.T, dtype=np.uint64)


def distances(planes: Words, query: Words) -> Distances:
    """Return the number of bits in which each fingerprint differs from `query`, shape (count,)."""
    total: Distances = np.bitwise_count(planes[0] ^ query[0]).astype(np.uint16)
    for plane, word in zip(planes[1:], query[1:], strict=True):
        total += np.bitwise_count(plane ^ word)
    return total


def flat(planes: Words) -> NDArray[np.bool_]:
    """Return which fingerprints are degenerate, as 64-bit hashes of plain surfaces are; wider ones never."""
    if len(planes) > 1:
        return np.zeros(planes.shape[1], dtype=np.bool_)
    counts = np.bitwise_count(planes[0])
    degenerate: NDArray[np.bool_] = (counts <= FLAT_BITS) | (counts >= 64 - FLAT_BITS)
    return degenerate


def is_flat(fingerprint: Words) -> bool:
    """Tell whether one fingerprint, shape (words,), is degenerate."""
    return bool(flat(fingerprint.reshape(-1, 1))[0])
