"""The PDQ hash: 256 bits from 16x16 low frequencies, with a figure of how much they can be trusted.

From "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019) and
its reference code (BSD). The reference runs four box filters over the whole picture and then keeps
64x64 samples; box filters and sampling are linear, so that here each axis is one matrix product.

Importing this module imports numpy: systems do it when they run.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

Array = npt.NDArray[np.float32]

_SAMPLES = 64
_FREQUENCIES = 16
_SMALLEST_SIDE = 5
_BAND = 256


class Pdq(NamedTuple):
    """A PDQ hash, first byte first as it is printed in hex, and its quality from 0 to 100."""

    value: bytes
    quality: int


def pdq(picture: "Image.Image") -> Pdq:
    """Hash an RGB picture; below a quality of about 50 the hash says little.

    A picture with a side shorter than 5 pixels has no hash: all zeros, quality 0.
    """
    if min(picture.size) < _SMALLEST_SIDE:
        return Pdq(bytes(32), 0)
    samples = _blurred_samples(picture)
    return Pdq(_bits(samples), _quality(samples))


def _blurred_samples(picture: "Image.Image") -> Array:
    """Return 64x64 luminances, each the blurred surroundings of its place in the picture.

    Works in bands of rows, so that the luminance of a large picture is never held as a whole.
    """
    width, height = picture.size
    across, down = _blur_and_sample(width), _blur_and_sample(height)
    samples = np.zeros((_SAMPLES, _SAMPLES), dtype=np.float32)
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        # Mode F is 0.299 R + 0.587 G + 0.114 B without rounding: the luminance PDQ asks for.
        luminance = np.asarray(picture.crop((0, top, width, bottom)).convert("F"))
        samples += down[:, top:bottom] @ (luminance @ across.T)
    return samples


@lru_cache(maxsize=8)
def _blur_and_sample(length: int) -> Array:
    """Return the (64, length) matrix that box-filters an axis twice and keeps 64 samples of it."""
    window = (length + 2 * _SAMPLES - 1) // (2 * _SAMPLES)
    ahead = (window + 2) // 2
    places = np.arange(length)
    first, end = np.maximum(places - window + ahead, 0), np.minimum(places + ahead, length)
    sampled = ((np.arange(_SAMPLES) + 0.5) * length / _SAMPLES).astype(np.int64)
    inside = (places >= first[sampled, np.newaxis]) & (places < end[sampled, np.newaxis])
    once = inside / (end - first)[sampled, np.newaxis]
    # A place reaches those whose windows hold it: a run again, summed as a difference of prefix sums.
    prefix = np.concatenate([np.zeros((_SAMPLES, 1)), np.cumsum(once / (end - first), axis=1)], axis=1)
    reached_from, reached_to = (
        np.maximum(places - ahead + 1, 0),
        np.minimum(places + window - ahead + 1, length),
    )
    matrix: Array = (prefix[:, reached_to] - prefix[:, reached_from]).astype(np.float32)
    return matrix


def _bits(samples: Array) -> bytes:
    """Return the bits "above the median" of the 16x16 frequencies next to DC, last one first."""
    waves = _waves()
    coefficients = (waves @ samples @ waves.T).ravel()
    # The reference takes the lower of the two middle values.
    median = np.partition(coefficients, coefficients.size // 2 - 1)[coefficients.size // 2 - 1]
    return np.packbits((coefficients > median)[::-1]).tobytes()


@cache
def _waves() -> Array:
    """Return the rows 1..16 of the orthonormal 64-point DCT-II."""
    frequency = np.arange(1, _FREQUENCIES + 1)[:, np.newaxis]
    place = np.arange(_SAMPLES)[np.newaxis, :]
    angles = np.pi / (2 * _SAMPLES) * frequency * (2 * place + 1)
    waves: Array = (np.sqrt(2 / _SAMPLES) * np.cos(angles)).astype(np.float32)
    return waves


def _quality(samples: Array) -> int:
    """Return how much the samples differ from their neighbours, cut at 100."""
    steps = sum(
        int(np.abs(np.trunc(np.diff(samples, axis=axis) * np.float32(100 / 255))).sum()) for axis in (0, 1)
    )
    return min(steps // 90, 100)
