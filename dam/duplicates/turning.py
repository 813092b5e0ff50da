"""Fingerprints of turned pictures, from the fingerprints alone.

PDQ's bits say which of 16x16 frequencies lie above their median. Mirroring a picture changes the signs of
the odd frequencies along one axis, transposing it swaps the axes, and the median is near zero: so the bits
of a turned picture are its own, moved about and some of them inverted, but for a few (12 to 16 on average)
at the median.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dam.search.orientation import Orientation
from dam.search.words import Words

_SIDE = 16
_AT_ONCE = 1 << 16


class _Steps(NamedTuple):
    """What makes an orientation: transposing first, then mirroring at either axis."""

    transposed: bool
    mirrored: bool
    flipped: bool


_STEPS = {
    Orientation.UPRIGHT: _Steps(False, False, False),
    Orientation.MIRRORED: _Steps(False, True, False),
    Orientation.FLIPPED: _Steps(False, False, True),
    Orientation.TURNED_180: _Steps(False, True, True),
    Orientation.TRANSPOSED: _Steps(True, False, False),
    Orientation.TURNED_90: _Steps(True, True, False),
    Orientation.TURNED_270: _Steps(True, False, True),
    Orientation.TRANSVERSED: _Steps(True, True, True),
}
_NAMES = {steps: orientation for orientation, steps in _STEPS.items()}


def composed(first: Orientation, then: Orientation) -> Orientation:
    """Return what turning one way and then another comes to."""
    one, other = _STEPS[first], _STEPS[then]
    # To transpose what was mirrored is to flip what was transposed.
    mirrored, flipped = (one.flipped, one.mirrored) if other.transposed else (one.mirrored, one.flipped)
    return _NAMES[
        _Steps(one.transposed != other.transposed, mirrored != other.mirrored, flipped != other.flipped)
    ]


@cache
def inverse(orientation: Orientation) -> Orientation:
    """Return how the first picture is turned against the second, if this is how the second is."""
    return next(back for back in Orientation if composed(orientation, back) is Orientation.UPRIGHT)


def swaps_sides(orientation: Orientation) -> bool:
    """Tell whether width and height change places."""
    return _STEPS[orientation].transposed


def turned(planes: Words, orientation: Orientation) -> Words:
    """Return PDQ hashes, shape (4, count), as they nearly are for the pictures turned that way."""
    if orientation is Orientation.UPRIGHT:
        return planes
    source, inverted = _permutation(_STEPS[orientation])
    made = np.empty_like(planes)
    for start in range(0, planes.shape[1], _AT_ONCE):
        part = planes[:, start : start + _AT_ONCE]
        octets = np.ascontiguousarray(part.T, dtype=">u8").view(np.uint8)
        bits = np.unpackbits(octets, axis=1)[:, source] ^ inverted
        packed = np.ascontiguousarray(np.packbits(bits, axis=1))
        made[:, start : start + _AT_ONCE] = packed.view(">u8").T
    return made


@cache
def _permutation(steps: _Steps) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Return from which bit each bit comes, and which are inverted; both of shape (256,)."""
    places = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE)
    if steps.transposed:
        places = places.T
    # The first row and column are frequency 1, an odd one.
    odd = np.arange(_SIDE) % 2 == 0
    inverted = (steps.flipped & odd)[:, np.newaxis] ^ (steps.mirrored & odd)[np.newaxis, :]
    # The last frequency comes first.
    return 255 - places.ravel()[::-1], inverted.ravel()[::-1].astype(np.uint8)
