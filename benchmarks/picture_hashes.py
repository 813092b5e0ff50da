"""Hashes distributed as those of real pictures are, without the pictures."""

import numpy as np

from benchmarks.hashed_library import Hashes

_BLOCK = 65536
_BRIGHTNESS = 6.0
"""The coefficient that stands for the mean is far above the median of nearly every picture."""


def phash_like_hashes(count: int, seed: int) -> Hashes:
    """Return hashes of scenes whose amplitudes fall with the frequency, as those of photos do.

    A pHash says which of 64 coefficients are above their median: 32 are, and the first nearly always.
    """
    source = np.random.default_rng(seed)
    rows, columns = np.mgrid[:8, :8].reshape(2, 64)
    amplitudes = (1 / np.hypot(np.maximum(rows, 0.5), np.maximum(columns, 0.5))).astype(np.float32)
    found = np.empty(count, dtype=np.uint64)
    for start in range(0, count, _BLOCK):
        size = min(_BLOCK, count - start)
        coefficients = source.standard_normal((size, 64), dtype=np.float32) * amplitudes
        coefficients[:, 0] += _BRIGHTNESS
        middle = np.partition(coefficients, (31, 32), axis=1)[:, 31:33].mean(axis=1, keepdims=True)
        found[start : start + size] = np.packbits(coefficients > middle, axis=1).view(">u8").ravel()
    return found
