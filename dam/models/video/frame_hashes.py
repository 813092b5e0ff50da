"""The hashes of a film's pictures as bytes and as arrays, and which parts of them an index knows.

Importing this module imports numpy: systems do it when they run.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from dam.models.pdq import Pdq

RATE = 4
"""Moments a second; every whole second has its picture, and others that look different."""
BANDS = 16
TELLING = 30
"""The quality from which a picture says something."""

_ENTRY = np.dtype([("moment", "<u4"), ("quality", "u1"), ("hash", "u1", 32)])
_DIFFERENT = 12
"""Bits by which a picture between two seconds has to differ from what was before."""
_SPREAD = 0x9E3779B1

Entries = npt.NDArray[np.void]
Words = npt.NDArray[np.int64]


def packed(hashes: Iterable[tuple[int, Pdq]]) -> bytes:
    """Return moments and hashes as bytes, 37 each: the moment, the lowest byte first, the quality, the hash.

    Left out are those between two seconds that look as what was before.
    """
    rows: list[tuple[int, int, list[int]]] = []
    before = bytes(32)
    for moment, made in hashes:
        apart = (int.from_bytes(made.value) ^ int.from_bytes(before)).bit_count()
        if not rows or moment - rows[-1][0] >= RATE or moment % RATE == 0 or apart > _DIFFERENT:
            rows.append((moment, made.quality, list(made.value)))
            before = made.value
    return np.array(rows, dtype=_ENTRY).tobytes()


def unpacked(value: bytes) -> Entries:
    """Return them from bytes, each moment once and in order; what is left of one at the end is left out."""
    entries = np.frombuffer(value[: len(value) // _ENTRY.itemsize * _ENTRY.itemsize], dtype=_ENTRY)
    _, first = np.unique(entries["moment"], return_index=True)
    return entries[first]


def unpacked_cuts(value: bytes, tight: bytes | None) -> Entries:
    """Return those of a film in either way to cut it, one after the other: what landmarks may be of."""
    return np.concatenate([unpacked(one) for one in (value, tight) if one is not None])


def landmarks_of_cuts(value: bytes, tight: bytes | None) -> list[tuple[int, int]]:
    """Return the moments and the words by which an index knows a film, of both ways to cut it, in order."""
    values = [one for one in (value, tight) if one is not None]
    return sorted({landmark for one in values for landmark in landmarks(unpacked(one))})


def telling(entries: Entries) -> Entries:
    """Return those of pictures that are not too plain to say something."""
    return entries[entries["quality"] >= TELLING]


def words_of(entries: Entries) -> Words:
    """Return the sixteen parts of each hash as numbers, which say what part they are as well."""
    keys = np.ascontiguousarray(entries["hash"]).view("<u2").astype(np.int64)
    words: Words = keys | np.arange(BANDS, dtype=np.int64) << 16
    return words


def is_chosen(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which parts are landmarks wherever they occur: one in four."""
    chosen: npt.NDArray[np.bool_] = (words * _SPREAD & 0xFFFFFFFF) >> 30 == 0
    return chosen


def is_new(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which parts are not as they were in the picture before."""
    new = np.ones(words.shape, dtype=np.bool_)
    new[1:] = words[1:] != words[:-1]
    return new


def landmarks(entries: Entries) -> list[tuple[int, int]]:
    """Return the moments and the words by which an index knows a film: one picture a second, or a key frame.

    A part that is as it was before says nothing new: a lasting picture is known by its beginning.
    """
    some = telling(entries)
    since = np.diff(some["moment"].astype(np.int64), prepend=-RATE)
    some = some[(some["moment"] % RATE == 0) | (since >= RATE)]
    words = words_of(some)
    rows, bands = np.nonzero(is_new(words) & is_chosen(words))
    return list(zip(some["moment"][rows].tolist(), words[rows, bands].tolist(), strict=True))
