"""The PDQ hash: 256 bits from 16x16 low frequencies, with a figure of how much they can be trusted.

From "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019) and
its reference code (BSD). The reference runs four box filters over the whole picture and then keeps
64x64 samples; box filters and sampling are linear, so that here each axis is a few matrix products.

Importing this module imports numpy: systems do it when they run.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

Array = npt.NDArray[np.float32]
Lines = Callable[[slice], npt.NDArray[Any]]
Places = npt.NDArray[np.int64]

_SAMPLES = 64
_FREQUENCIES = 16
_SMALLEST_SIDE = 5
_FILTERS = 8


class Pdq(NamedTuple):
    """A PDQ hash, first byte first as it is printed in hex, and its quality from 0 to 100."""

    value: bytes
    quality: int


def pdq(picture: "Image.Image") -> Pdq:
    """Hash an RGB or grey picture; below a quality of about 50 the hash says little.

    A picture with a side shorter than 5 pixels has no hash: all zeros, quality 0.
    """
    return _hashed(picture.size, _rows_of(picture))


def pdq_of_grey(pixels: npt.NDArray[np.uint8]) -> Pdq:
    """Hash rows of grey pixels, as `pdq` does a grey picture."""
    height, width = pixels.shape
    return _hashed((width, height), pixels.__getitem__)


def _hashed(size: tuple[int, int], rows: Lines) -> Pdq:
    width, height = size
    if min(size) < _SMALLEST_SIDE:
        return Pdq(bytes(32), 0)
    down = _sampled(height, rows)
    samples = _sampled(width, down.T.__getitem__).T
    return Pdq(_bits(samples), _quality(samples))


def _rows_of(picture: "Image.Image") -> Lines:
    """Return what gives the luminance of some rows, so that a large picture's is never held as a whole."""
    if picture.mode == "L":
        return np.asarray(picture).__getitem__

    def rows(near: slice) -> npt.NDArray[Any]:
        # Mode F is 0.299 R + 0.587 G + 0.114 B without rounding: the luminance PDQ asks for.
        return np.asarray(picture.crop((0, near.start, picture.width, near.stop)).convert("F"))

    return rows


def _sampled(count: int, lines: Lines) -> Array:
    """Return 64 lines, each the blurred surroundings of its place among `count` lines."""
    filters = _blur_and_sample(count)
    return np.concatenate([weights @ lines(near).astype(np.float32, copy=False) for near, weights in filters])


@lru_cache(maxsize=8)
def _blur_and_sample(length: int) -> list[tuple[slice, Array]]:
    """Return matrices that box-filter an axis twice and keep 64 samples of it.

    Each makes the next few samples from the places in its slice: far from a sample all weights are 0.
    """
    window = (length + 2 * _SAMPLES - 1) // (2 * _SAMPLES)
    sampled = ((np.arange(_SAMPLES) + 0.5) * length / _SAMPLES).astype(np.int64)
    return [_filter(length, window, some) for some in np.split(sampled, _FILTERS)]


def _filter(length: int, window: int, sampled: Places) -> tuple[slice, Array]:
    ahead = (window + 2) // 2

    def ends(places: Places) -> tuple[Places, Places]:
        return np.maximum(places - window + ahead, 0), np.minimum(places + ahead, length)

    first, end = (of_samples[:, np.newaxis] for of_samples in ends(sampled))
    near = slice(int(ends(first)[0].min()), int(ends(end - 1)[1].max()))
    places = np.arange(near.start, near.stop)
    inside = (places >= first) & (places < end)
    once = inside / (end - first)
    of_places = np.subtract(*ends(places)[::-1])
    # A place reaches those whose windows hold it: a run again, summed as a difference of prefix sums.
    prefix = np.concatenate([np.zeros((len(sampled), 1)), np.cumsum(once / of_places, axis=1)], axis=1)
    inner = places - near.start - ahead + 1
    reached_from, reached_to = (np.clip(inner + ahead_of, 0, len(places)) for ahead_of in (0, window))
    weights: Array = (prefix[:, reached_to] - prefix[:, reached_from]).astype(np.float32)
    return near, weights


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
