"""Texts as sets of shingles, and two ways to compare such sets by little of them.

A shingle is four words in a row. MinHash keeps, for each of 128 orders of all shingles there can be, the
first one of the text: the share of equal ones estimates how much two texts have in common of what both have
together. It tells next to nothing of a chapter in a book; for that one shingle in 32 is kept, chosen by
what it is, so that every text chooses the same ones.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xxhash

SHINGLE = 4
PERMUTATIONS = 128
BANDS = 32
SAMPLED = 32
"""One shingle in so many is kept."""
_BLOCK = 1 << 15

Hashes = npt.NDArray[np.uint64]
Signature = npt.NDArray[np.uint32]


def _mixed(values: Hashes) -> Hashes:
    """Return numbers of which every bit depends on every bit, as SplitMix64 makes them."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


# As SplitMix64 draws them: numpy.random would take longer to import than all the rest.
_DRAWN = _mixed(np.arange(1, 2 * PERMUTATIONS + SHINGLE + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
_FACTORS, _SHIFTS, _PLACES = (
    _DRAWN[:PERMUTATIONS] | np.uint64(1),
    _DRAWN[PERMUTATIONS:-SHINGLE],
    _DRAWN[-SHINGLE:],
)


def shingles_of(words: Sequence[str]) -> Hashes:
    """Return the hashes of the different shingles in order; a text of fewer words than one has is one."""
    known: dict[str, int] = {}
    for word in words:
        if word not in known:
            known[word] = xxhash.xxh64_intdigest(word.encode())
    hashes = np.fromiter((known[word] for word in words), dtype=np.uint64, count=len(words))
    if len(hashes) < SHINGLE:
        return _mixed(hashes.sum(dtype=np.uint64, keepdims=True)) if len(hashes) else hashes
    count = len(hashes) - SHINGLE + 1
    summed = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_PLACES | np.uint64(1)):
        summed += _mixed(hashes[place : place + count] * factor)
    return np.unique(_mixed(summed))


def signature_of(shingles: Hashes) -> Signature:
    """Return the least hash of all shingles in each of the orders."""
    least = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for start in range(0, len(shingles), _BLOCK):
        some = shingles[start : start + _BLOCK]
        for number in range(PERMUTATIONS):
            ordered = (some * _FACTORS[number] + _SHIFTS[number]) >> np.uint64(32)
            least[number] = min(least[number], np.uint32(ordered.min()))
    return least


def bands_of(signature: Signature) -> list[int]:
    """Return a signed number for each four of the least hashes, other numbers for other bands."""
    rows = PERMUTATIONS // BANDS
    packed = signature.astype("<u4").reshape(BANDS, rows)
    keys = [xxhash.xxh64_intdigest(row.tobytes(), seed=band) for band, row in enumerate(packed)]
    return [key - (1 << 64) if key >> 63 else key for key in keys]


def sample_of(shingles: Hashes) -> list[int]:
    """Return the shingles that are kept, as signed numbers."""
    chosen = shingles[shingles < np.uint64((1 << 64) // SAMPLED)]
    return [int(value) for value in chosen.view(np.int64)]


def resemblance(one: Signature, other: Signature) -> float:
    """Return how much two texts have in common of what both have together, from 0 to 1."""
    return float(np.count_nonzero(one == other)) / PERMUTATIONS


def packed(signature: Signature) -> bytes:
    """Return a signature as bytes."""
    return signature.astype("<u4").tobytes()


def unpacked(value: bytes) -> Signature:
    """Return what `packed` made bytes of."""
    return np.frombuffer(value, dtype="<u4").astype(np.uint32)
