"""The names of colours: the eleven basic ones that languages have, told apart in Oklab.

Importing this module imports numpy: systems do it when they run.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

NAMES = ("black", "grey", "white", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")

_BITS = 5
"""How many bits of each channel tell one colour from another."""
_LEVELS = 1 << _BITS
_BLACK, _GREY, _WHITE, _RED, _ORANGE, _YELLOW, _GREEN, _BLUE, _PURPLE, _PINK, _BROWN = range(11)

_HUES = (
    (25, _PINK, _RED, 0.70),
    (42, _PINK, _RED, 0.74),
    (75, _ORANGE, _BROWN, 0.60),
    (98, _YELLOW, _BROWN, 0.66),
    (118, _YELLOW, _GREEN, 0.66),
    (190, _GREEN, _GREEN, 0),
    (284, _BLUE, _BLUE, 0),
    (322, _PURPLE, _PURPLE, 0),
    (350, _PINK, _PURPLE, 0.52),
    (360, _PINK, _RED, 0.64),
)
"""Up to this hue in degrees, the name of the light colours, that of the dark ones, and where light begins."""

_CHROMATIC = 0.045
"""How far from grey colours begin."""


def names_of(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the number in `NAMES` of each pixel, which is a row of red, green and blue."""
    red, green, blue = (pixels >> (8 - _BITS)).astype(np.uint16).T
    found: npt.NDArray[np.uint8] = _names_of_cells()[(red << 2 * _BITS) | (green << _BITS) | blue]
    return found


@cache
def _names_of_cells() -> npt.NDArray[np.uint8]:
    """Return which name the colours in each cell of the RGB cube have."""
    middles = np.linspace(0, 1, _LEVELS)
    cube = np.stack(np.meshgrid(middles, middles, middles, indexing="ij"), axis=-1).reshape(-1, 3)
    lightness, chroma, hue = _perceived(cube)
    found = np.select([lightness < 0.34, lightness < 0.93], [_BLACK, _GREY], _WHITE)
    start = 0
    for end, light, dark, limit in _HUES:
        here = (chroma >= _CHROMATIC) & (hue >= start) & (hue < end)
        found = np.where(here, np.where(lightness >= limit, light, dark), found)
        start = end
    return np.where(lightness < 0.2, _BLACK, found).astype(np.uint8)


def _perceived(colours: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Return the lightness, the chroma and the hue of sRGB colours, by Björn Ottosson's Oklab."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ _CONES.T)
    lightness, green_red, blue_yellow = (cones @ _OPPONENTS.T).T
    return lightness, np.hypot(green_red, blue_yellow), np.degrees(np.arctan2(blue_yellow, green_red)) % 360


_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
