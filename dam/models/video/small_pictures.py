"""Small grey pictures of a film, without the bars around them.

Importing this module imports numpy: systems do it when they run.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Grey = npt.NDArray[np.uint8]

LONGEST_SIDE = 192
_BLACK = 24
"""Black with the noise that encoders leave in it."""
_FEW = 0.02
"""The share of a line that may be brighter: single wrong pixels."""
_FILLED = 0.5
"""The share of its first line that a picture fills: what is less is a few words on black."""
_BAR_LIMIT = 0.4
"""How much of a side one bar may take."""


def small_grey(frame: "VideoFrame", rotation: int) -> Grey:
    """Return a picture as displayed, at most 192 pixels long, as luminance in full range."""
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    pixels = frame.reformat(width=width, height=height, format="gray", interpolation="AREA").to_ndarray()
    turned: Grey = np.rot90(pixels, -rotation // 90)
    return turned


def without_bars(pictures: Sequence[Grey]) -> list[Grey]:
    """Return the pictures of one film without the black bars that all of them have.

    Bars are as broad on one side as on the other; what is black on one alone belongs to the picture.
    """
    if not pictures:
        return []
    brightest = pictures[0]
    for picture in pictures[1:]:
        # What is of another size, as where a stream changes its own, has no bars in common.
        if picture.shape != brightest.shape:
            return list(pictures)
        brightest = np.maximum(brightest, picture)
    down, across = (_bar(brightest if axis else brightest.T) for axis in (1, 0))
    height, width = brightest.shape
    return [picture[down : height - down, across : width - across] for picture in pictures]


def _bar(picture: Grey) -> int:
    """Return how many lines at either end are black in both."""
    filled = (picture > _BLACK).mean(axis=1)
    is_black = filled <= _FEW
    lines = len(is_black)
    bar = min(int(np.argmin(is_black)), int(np.argmin(is_black[::-1])))
    # The very first line may be blurred into the bar.
    begins = max(filled[bar : bar + 2].max(), filled[lines - bar - 2 : lines - bar].max(initial=0.0))
    return bar if begins >= _FILLED and bar <= _BAR_LIMIT * lines else 0
