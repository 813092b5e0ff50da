"""The 64-bit hashes as the ImageHash library defines them, without needing it or SciPy.

Importing this module imports numpy and Pillow: systems do it when they run.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dam.models.image.cosine import low_frequencies

_CLOSE = 16.0
"""About what a rounding error of a quarter of a grey level in each of 32x32 pixels does to a coefficient."""
_MANY = 8


def average_hash(grey: Image.Image) -> int:
    """Return the 64 bits "brighter than the mean" of a mode L picture shrunk to 8x8."""
    pixels = _shrunk(grey, 8, 8)
    return _packed(pixels > pixels.mean())


def difference_hash(grey: Image.Image) -> int:
    """Return the 64 bits "brighter than its left neighbour" of a mode L picture shrunk to 9x8."""
    pixels = _shrunk(grey, 9, 8)
    return _packed(pixels[:, 1:] > pixels[:, :-1])


def perceptual_hash(grey: Image.Image) -> int:
    """Return the 64 bits "above the median" of a mode L picture's lowest frequencies, DC included."""
    coefficients = low_frequencies(_shrunk(grey, 32, 32))
    return _packed(coefficients > np.median(coefficients))


def is_unsettled(grey: Image.Image) -> bool:
    """Tell whether the pHash of a mode L picture hangs on its last digits.

    A picture without structure, such as a gradient, has most of its 64 coefficients about at their
    median, where the rounding of a scaled decode turns bits over. Photos have two or three there.
    """
    coefficients = low_frequencies(_shrunk(grey, 32, 32))
    near = np.abs(coefficients - np.median(coefficients)) < _CLOSE
    return int(near.sum()) > _MANY


def _shrunk(grey: Image.Image, width: int, height: int) -> npt.NDArray[np.uint8]:
    return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS))


def _packed(bits: npt.NDArray[Any]) -> int:
    """Return row-major bits as one integer, the first bit the most significant."""
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
