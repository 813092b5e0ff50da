"""Several small Lanczos copies of a grey picture at once, bit for bit those of Pillow's `resize`.

Pillow shrinks rows first, then columns, of all but tall pictures. Each time it multiplies bytes by weights
of 22 binary places, adds, and rounds to a byte. Such sums are whole numbers below 2**53, which float64 holds
exactly in any order of addition, so that the weights of all copies can be columns of one matrix product. That
takes a third of the time of resizing once for each copy.

Importing this module imports numpy and Pillow: systems do it when they run.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.float64]

_UNIT = float(1 << 22)
_LOBES = 3.0
_WORTH_IT = 1 << 17
"""Pixels of a picture from which making the weights costs less than it saves."""
_LONGEST = 1 << 14
"""The longest side for which the weights are small enough to be kept."""
_BAND = 1 << 17
"""Pixels that are numbers of 8 bytes at a time: as many as a processor's cache holds."""


def shrunk(grey: Image.Image, sizes: Sequence[tuple[int, int]]) -> list[Pixels]:
    """Return a mode L picture at each of these (width, height), as rows of pixels."""
    width, height = grey.size
    is_tall = height > 2 * width - 64  # Pillow, from 13 on, may shrink the columns of such a picture first.
    if is_tall or width * height < _WORTH_IT or max(width, height) > _LONGEST:
        return [np.asarray(grey.resize(size, Image.Resampling.LANCZOS)) for size in sizes]
    across = tuple(size[0] for size in sizes)
    narrow = _narrowed(np.asarray(grey), _weights(width, across))
    columns = np.split(narrow, np.cumsum(across)[:-1], axis=1)
    downs = (_weights(height, (size[1],)) for size in sizes)
    return [_bytes(down.T @ part).astype(np.uint8) for down, part in zip(downs, columns, strict=True)]


def _narrowed(pixels: Pixels, weights: Weights) -> Weights:
    step = max(1, _BAND // pixels.shape[1])
    bands = range(0, len(pixels), step)
    return np.concatenate([_bytes(pixels[top : top + step].astype(np.float64) @ weights) for top in bands])


def _bytes(sums: Weights) -> Weights:
    """Return sums of weighted bytes as whole numbers from 0 to 255."""
    return np.clip(np.floor((sums + _UNIT / 2) / _UNIT), 0, 255)


@lru_cache(maxsize=8)
def _weights(length: int, outputs: tuple[int, ...]) -> Weights:
    """Return a column of weights for each pixel of each output length."""
    return np.concatenate([_columns(length, output) for output in outputs], axis=1)


def _columns(length: int, output: int) -> Weights:
    scale = length / output
    stretch = max(scale, 1.0)
    support = _LOBES * stretch
    centres = (np.arange(output) + 0.5) * scale
    first = np.maximum((centres - support + 0.5).astype(np.int64), 0)
    end = np.minimum((centres + support + 0.5).astype(np.int64), length)
    places = first[:, np.newaxis] + np.arange((end - first).max())
    inside = places < end[:, np.newaxis]
    wave = _lanczos((places - centres[:, np.newaxis] + 0.5) * (1.0 / stretch)) * inside
    # Summed one by one as Pillow does: sum() adds in pairs and rounds differently.
    wave /= np.cumsum(wave, axis=1)[:, -1:]
    columns = np.zeros((length, output))
    rounded = np.trunc(wave * _UNIT + np.copysign(0.5, wave))
    columns[places[inside], np.nonzero(inside)[0]] = rounded[inside]
    return columns


def _lanczos(x: Weights) -> Weights:
    return np.where((x >= -_LOBES) & (x < _LOBES), _sinc(x) * _sinc(x / _LOBES), 0.0)


def _sinc(x: Weights) -> Weights:
    angle = np.where(x == 0, 1.0, x * np.pi)
    return np.where(x == 0, 1.0, np.sin(angle) / angle)
