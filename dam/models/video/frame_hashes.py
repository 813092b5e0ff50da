"""The hashes of a film's pictures as bytes and as arrays, and which parts of them an index knows.

Importing this module imports numpy: systems do it when they run.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from dam.models.pdq import Pdq

BANDS = 16
TELLING = 30
"""The quality from which a picture says something."""

_ENTRY = np.dtype([("second", "<u4"), ("quality", "u1"), ("hash", "u1", 32)])
_SPREAD = 0x9E3779B1

Entries = npt.NDArray[np.void]
Words = npt.NDArray[np.int64]


def packed(hashes: Iterable[tuple[int, Pdq]]) -> bytes:
    """Return them as bytes: of each the second in four, the lowest first, the quality, and the hash."""
    rows = [(second, made.quality, list(made.value)) for second, made in hashes]
    return np.array(rows, dtype=_ENTRY).tobytes()


def unpacked(value: bytes) -> Entries:
    """Return the telling ones from bytes, each second once; what is left of one at the end is left out."""
    entries = np.frombuffer(value[: len(value) // _ENTRY.itemsize * _ENTRY.itemsize], dtype=_ENTRY)
    telling = entries[entries["quality"] >= TELLING]
    _, first = np.unique(telling["second"], return_index=True)
    return telling[first]


def words_of(entries: Entries) -> Words:
    """Return the sixteen parts of each hash as numbers, which say what part they are as well."""
    keys = np.ascontiguousarray(entries["hash"]).view("<u2").astype(np.int64)
    words: Words = keys | np.arange(BANDS, dtype=np.int64) << 16
    return words


def is_chosen(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which parts are landmarks wherever they occur: one in four."""
    chosen: npt.NDArray[np.bool_] = (words * _SPREAD & 0xFFFFFFFF) >> 30 == 0
    return chosen


def landmarks(entries: Entries) -> list[tuple[int, int]]:
    """Return the seconds and the words by which an index knows a film.

    A part that is as it was before says nothing new: a lasting picture is known by its beginning.
    """
    words = words_of(entries)
    rows, bands = np.nonzero(is_new(words) & is_chosen(words))
    return list(zip(entries["second"][rows].tolist(), words[rows, bands].tolist(), strict=True))


def is_new(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which parts are not as they were in the picture before."""
    new = np.ones(words.shape, dtype=np.bool_)
    new[1:] = words[1:] != words[:-1]
    return new
