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
"""Pixels that are made numbers of 8 bytes at a time: as many as a processor's cache holds."""
_PART = 8


def shrunk(grey: Image.Image, sizes: Sequence[tuple[int, int]]) -> list[Pixels]:
    """Return a mode L picture at each of these (width, height), the largest first, as rows of pixels."""
    width, height = grey.size
    is_tall = height > 2 * width - 64  # Pillow, from 13 on, may shrink the columns of such a picture first.
    if is_tall or width * height < _WORTH_IT or max(width, height) > _LONGEST:
        return [np.asarray(grey.resize(size, Image.Resampling.LANCZOS)) for size in sizes]
    across = tuple(size[0] for size in sizes)
    narrow = _narrowed(np.asarray(grey), across)
    columns = np.split(narrow, np.cumsum(across)[:-1], axis=1)
    downs = (_weights(height, size[1]) for size in sizes)
    return [_bytes(down.T @ part).astype(np.uint8) for down, part in zip(downs, columns, strict=True)]


def _narrowed(pixels: Pixels, outputs: tuple[int, ...]) -> Weights:
    """Return the rows of pixels at each of the output lengths, side by side."""
    height, width = pixels.shape
    narrow = np.empty((height, sum(outputs)))
    step = max(1, _BAND // width)
    for top in range(0, height, step):
        band, into = pixels[top : top + step].astype(np.float64), narrow[top : top + step]
        for near, made, weights in _parts(width, outputs):
            np.matmul(band[:, near], weights, out=into[:, made])
    return _bytes(narrow)


@lru_cache(maxsize=4)
def _parts(length: int, outputs: tuple[int, ...]) -> list[tuple[slice, slice, Weights]]:
    """Return the weights of all outputs in parts: of which pixels they are, what they make, and the weights.

    Of the first output each part makes a few pixels, which leaves away most of the weights that are 0. The
    others are too short to gain by that, and make one part.
    """
    columns = np.concatenate([_weights(length, output) for output in outputs], axis=1)
    parts = []
    for made in (*(slice(i, i + _PART) for i in range(0, outputs[0], _PART)), slice(outputs[0], None)):
        (used,) = np.nonzero(columns[:, made].any(axis=1))
        near = slice(int(used[0]), int(used[-1]) + 1)
        parts.append((near, made, np.ascontiguousarray(columns[near, made])))
    return parts


def _bytes(sums: Weights) -> Weights:
    """Turn sums of weighted bytes into whole numbers from 0 to 255, in place."""
    sums += _UNIT / 2
    sums /= _UNIT
    return np.clip(np.floor(sums, out=sums), 0, 255, out=sums)


@lru_cache(maxsize=12)
def _weights(length: int, output: int) -> Weights:
    """Return a column of weights for each pixel of the output length."""
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
