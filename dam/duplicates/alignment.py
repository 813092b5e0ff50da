"""One picture of a document laid over another, which may be cut at its edges or have wider ones."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Profile = NDArray[np.float64]

_SAMPLES = 512
_FARTHEST = 26
"""Samples that one may be shifted against the other: a twentieth."""
_SCALES = np.exp(np.linspace(-0.07, 0.07, 71))
"""How much larger one may be than the other, in steps of a pixel over the whole."""


class _Fit(NamedTuple):
    """Where a sample of the one is in the other: at `scale * sample + start`."""

    scale: float
    start: float


def aligned(one: "Image", other: "Image") -> "Image":
    """Return the one as it lies over the other, which has the same size, with zero where there is nothing.

    Both axes are fitted for themselves, by how the ink changes along them.
    """
    from PIL import Image

    levels, others = np.asarray(one), np.asarray(other)
    right, down = (_fit(_profile(others, axis), _profile(levels, axis)) for axis in (0, 1))
    across, along = one.width / _SAMPLES, one.height / _SAMPLES
    matrix = (right.scale, 0.0, right.start * across, 0.0, down.scale, down.start * along)
    return one.transform(one.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def _profile(levels: NDArray[np.uint8], axis: int) -> Profile:
    """Return how the mean changes along the other axis, in samples."""
    means = levels.mean(axis=axis)
    places = np.linspace(0, len(means) - 1, _SAMPLES)
    changes: Profile = np.gradient(np.interp(places, np.arange(len(means)), means))
    return changes


def _fit(one: Profile, other: Profile) -> _Fit:
    """Return the scale and the shift by which the profiles correlate best."""
    samples, middle = np.arange(_SAMPLES), _SAMPLES / 2
    places = (samples - middle) * _SCALES[:, np.newaxis] + middle
    scaled = np.interp(places, samples, other, left=0, right=0)
    spectra = np.fft.rfft(scaled, 2 * _SAMPLES, axis=1) * np.conj(np.fft.rfft(one, 2 * _SAMPLES))
    products = np.fft.irfft(spectra, 2 * _SAMPLES, axis=1)
    near = np.concatenate([products[:, -_FARTHEST:], products[:, : _FARTHEST + 1]], axis=1)
    near /= np.linalg.norm(scaled, axis=1)[:, np.newaxis] + 1e-9
    which, shift = divmod(int(near.argmax()), near.shape[1])
    scale = float(_SCALES[which])
    return _Fit(scale, scale * (shift - _FARTHEST - middle) + middle)
