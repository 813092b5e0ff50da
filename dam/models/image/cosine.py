"""The cosine transform behind pHash, in the order of operations of SciPy's pocketfft.

pHash compares coefficients with their median. On flat and symmetric pictures many coefficients are
zero but for rounding, so that the rounding decides the bits: a mathematically equal transform gives
another hash. This one does the same additions and multiplications in the same order as
`scipy.fftpack.dct` (type 2, 32 points): an FFT over real input in steps of radix 2, 4 and 4
(pocketfft by M. Reinecke, BSD), for all columns at once.
"""

from functools import cache
from math import cos, pi, sin, sqrt

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_POINTS = 32
_LOW = 8


def low_frequencies(pixels: npt.NDArray[np.uint8]) -> Array:
    """Return the 8x8 lowest coefficients of the unnormalised DCT-II of 32x32 pixels.

    Axis 0 is transformed first, then axis 1.
    """
    rows = _dct(pixels.astype(np.float64))[:_LOW]
    return _dct(rows.T)[:_LOW].T


def _dct(columns: Array) -> Array:
    """Return the DCT-II over axis 0 of a (32, n) array."""
    c = columns.copy()
    c[0] *= 2
    c[-1] *= 2
    odd, even = columns[1:-1:2], columns[2::2]
    c[1:-1:2], c[2::2] = even + odd, even - odd
    width = c.shape[1]
    c = _radix2(c.reshape(1, 2, 16, width)).reshape(2, 4, 4, width)
    c = _radix4(c).reshape(8, 4, 1, width)
    c = _radix4(c).reshape(_POINTS, width)
    half = _POINTS // 2
    near, far = _cosines()[: half - 1], _cosines()[-2 : half - 1 : -1]
    low, high = c[1:half], c[:half:-1]
    sums, differences = near * high + far * low, near * low - far * high
    c[1:half], c[:half:-1] = 0.5 * (sums + differences), 0.5 * (sums - differences)
    c[half] *= _cosines()[half - 1]
    return c


def _radix2(cc: Array) -> Array:
    """Combine (groups, 2, length, n) into (2, groups, length, n): pocketfft's radb2."""
    groups, _, length, width = cc.shape
    ch = np.empty((2, groups, length, width))
    ch[0, :, 0] = cc[:, 0, 0] + cc[:, 1, -1]
    ch[1, :, 0] = cc[:, 0, 0] - cc[:, 1, -1]
    ch[0, :, -1] = 2 * cc[:, 0, -1]
    ch[1, :, -1] = -2 * cc[:, 1, 0]
    real, imaginary = slice(1, -1, 2), slice(2, None, 2)
    mirrored_real, mirrored_imaginary = slice(-3, None, -2), slice(-2, 0, -2)
    ch[0, :, real] = cc[:, 0, real] + cc[:, 1, mirrored_real]
    ch[0, :, imaginary] = cc[:, 0, imaginary] - cc[:, 1, mirrored_imaginary]
    tr2 = cc[:, 0, real] - cc[:, 1, mirrored_real]
    ti2 = cc[:, 0, imaginary] + cc[:, 1, mirrored_imaginary]
    ch[1, :, imaginary], ch[1, :, real] = _turn(1, groups, length, ti2, tr2)
    return ch


def _radix4(cc: Array) -> Array:
    """Combine (groups, 4, length, n) into (4, groups, length, n): pocketfft's radb4."""
    groups, _, length, width = cc.shape
    ch = np.empty((4, groups, length, width))
    tr2, tr1 = cc[:, 0, 0] + cc[:, 3, -1], cc[:, 0, 0] - cc[:, 3, -1]
    tr3, tr4 = 2 * cc[:, 1, -1], 2 * cc[:, 2, 0]
    ch[0, :, 0], ch[2, :, 0] = tr2 + tr3, tr2 - tr3
    ch[3, :, 0], ch[1, :, 0] = tr1 + tr4, tr1 - tr4
    if length == 1:
        return ch
    ti1, ti2 = cc[:, 3, 0] + cc[:, 1, 0], cc[:, 3, 0] - cc[:, 1, 0]
    tr2, tr1 = cc[:, 0, -1] + cc[:, 2, -1], cc[:, 0, -1] - cc[:, 2, -1]
    ch[0, :, -1] = tr2 + tr2
    ch[1, :, -1] = sqrt(2) * (tr1 - ti1)
    ch[2, :, -1] = ti2 + ti2
    ch[3, :, -1] = -sqrt(2) * (tr1 + ti1)
    real, imaginary = slice(1, -1, 2), slice(2, None, 2)
    mirrored_real, mirrored_imaginary = slice(-3, None, -2), slice(-2, 0, -2)
    tr2, tr1 = cc[:, 0, real] + cc[:, 3, mirrored_real], cc[:, 0, real] - cc[:, 3, mirrored_real]
    ti1, ti2 = (
        cc[:, 0, imaginary] + cc[:, 3, mirrored_imaginary],
        cc[:, 0, imaginary] - cc[:, 3, mirrored_imaginary],
    )
    tr4, ti3 = (
        cc[:, 2, imaginary] + cc[:, 1, mirrored_imaginary],
        cc[:, 2, imaginary] - cc[:, 1, mirrored_imaginary],
    )
    tr3, ti4 = cc[:, 2, real] + cc[:, 1, mirrored_real], cc[:, 2, real] - cc[:, 1, mirrored_real]
    ch[0, :, real], ch[0, :, imaginary] = tr2 + tr3, ti2 + ti3
    pairs = ((1, ti1 + ti4, tr1 - tr4), (2, ti2 - ti3, tr2 - tr3), (3, ti1 - ti4, tr1 + tr4))
    for order, ci, cr in pairs:
        ch[order, :, imaginary], ch[order, :, real] = _turn(order, groups, length, ci, cr)
    return ch


def _turn(order: int, groups: int, length: int, imaginary: Array, real: Array) -> tuple[Array, Array]:
    """Return the imaginary and real parts turned by the step's twiddle factors."""
    cosines, sines = _twiddles(order * groups, length)
    return cosines * imaginary + sines * real, cosines * real - sines * imaginary


@cache
def _twiddles(step: int, length: int) -> tuple[Array, Array]:
    roots = [_root(step * i, _POINTS) for i in range(1, (length - 1) // 2 + 1)]
    cosines, sines = np.array(roots, dtype=np.float64).reshape(-1, 2).T
    return cosines[:, np.newaxis], sines[:, np.newaxis]


@cache
def _cosines() -> Array:
    """Return cos(pi * k / 64) for k = 1..32, as a column."""
    return np.array([_root(k, 4 * _POINTS)[0] for k in range(1, _POINTS + 1)])[:, np.newaxis]


def _root(index: int, count: int) -> tuple[float, float]:
    """Return the root of unity number `index` of `count`, rounded as pocketfft rounds it.

    It multiplies two entries of small tables instead of calling cos and sin for each.
    """
    if 2 * index > count:
        real, imaginary = _root(count - index, count)
        return real, -imaginary
    bits = 1
    while (1 << bits) ** 2 < (count + 2) // 2:
        bits += 1
    fine, coarse = index & ((1 << bits) - 1), index >> bits << bits
    (a, b), (c, d) = _exact_root(fine, count), _exact_root(coarse, count)
    return a * c - b * d, a * d + b * c


def _exact_root(index: int, count: int) -> tuple[float, float]:
    """Return cos and sin of an angle in the first half turn, computed within 45 degrees."""
    angle, eighths = 0.25 * pi / count, 8 * index
    second_quadrant = eighths >= 2 * count
    eighths -= 2 * count * second_quadrant
    if eighths < count:
        x, y = cos(eighths * angle), sin(eighths * angle)
    else:
        x, y = sin((2 * count - eighths) * angle), cos((2 * count - eighths) * angle)
    return (-y, x) if second_quadrant else (x, y)
