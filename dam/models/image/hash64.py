"""The 64-bit hashes as the ImageHash library defines them, without needing it or SciPy.

Importing this module imports numpy and Pillow: systems do it when they run.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from dam.models.image.cosine import low_frequencies
from dam.models.image.lanczos import shrunk

_CLOSE = 16.0
"""About what a rounding error of a quarter of a grey level in each of 32x32 pixels does to a coefficient."""
_MANY = 8


class Hashes(NamedTuple):
    """The 64-bit hashes of one picture, the first bit of each the most significant."""

    perceptual: int
    """Which of the lowest 8x8 frequencies of 32x32 pixels, DC included, are above their median."""

    average: int
    """Which of 8x8 pixels are brighter than the mean."""

    difference: int
    """Which of 9x8 pixels are brighter than their left neighbour."""

    is_unsettled: bool
    """Whether the pHash hangs on its last digits.

    A picture without structure, such as a gradient, has most of its 64 coefficients about at their
    median, where the rounding of a scaled decode turns bits over. Photos have two or three there.
    """


def hashed(grey: Image.Image) -> Hashes:
    """Return the hashes of a mode L picture."""
    fine, coarse, wide = shrunk(grey, ((32, 32), (8, 8), (9, 8)))
    coefficients = low_frequencies(fine)
    beyond = coefficients - _median(coefficients)
    return Hashes(
        perceptual=_packed(beyond > 0),
        average=_packed(coarse > coarse.mean()),
        difference=_packed(wide[:, 1:] > wide[:, :-1]),
        is_unsettled=int((np.abs(beyond) < _CLOSE).sum()) > _MANY,
    )


def _median(coefficients: npt.NDArray[np.float64]) -> np.float64:
    """Return what np.median does, which takes three times as long for an array this small."""
    ordered = np.sort(coefficients, axis=None)
    middle = ordered.size // 2
    median: np.float64 = (ordered[middle - 1] + ordered[middle]) / 2
    return median


def _packed(bits: npt.NDArray[Any]) -> int:
    """Return row-major bits as one integer, the first bit the most significant."""
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
