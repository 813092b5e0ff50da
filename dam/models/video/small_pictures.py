"""Small grey pictures of a film, and which black around them is no part of the picture.

Importing this module imports numpy: systems do it when they run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Grey = npt.NDArray[np.uint8]

LONGEST_SIDE = 192
_BLACK = 24
"""Black with the noise that encoders leave in it."""
_BLACKER = 8
"""Black as most encoders leave it: dark pictures are brighter, if only by their noise."""
_FEW = 0.02
"""The share of a line that may be brighter: single wrong pixels."""
_FAINT = 0.1
"""The share of bars that may not be quite black."""
_FILLED = 0.5
"""The share of its first lines that a picture fills: what is less is a few words on black."""
_BLURRED = 2
"""Lines at the edge of a bar that the picture may be blurred into."""
_BAR_LIMIT = 0.4
"""How much of a side one bar may take."""
_WORTHWHILE = 0.02
"""The share of a side that has to be black for the pictures without it to look different."""


@dataclass(frozen=True)
class Cut:
    """How many lines are cut off above and below, and on the left and on the right."""

    down: int = 0
    across: int = 0

    def of(self, picture: Grey) -> Grey:
        """Return what is left of a picture."""
        height, width = picture.shape
        return picture[self.down : height - self.down, self.across : width - self.across]


def small_grey(frame: "VideoFrame", rotation: int) -> Grey:
    """Return a picture as displayed, at most 192 pixels long, as luminance in full range."""
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    pixels = frame.reformat(width=width, height=height, format="gray", interpolation="AREA").to_ndarray()
    turned: Grey = np.rot90(pixels, -rotation // 90)
    return turned


def cuts(pictures: Sequence[Grey]) -> list[Cut]:
    """Return what to cut off the pictures of one film: bars, and then whatever else is black in all of them.

    Bars end in a straight edge. Where there is only black that ends in none, as around a planet or a title,
    nothing tells whether some of it is bars; then there are two answers. Either is as broad on one side as
    on the other; what is black on one alone belongs to the picture.
    """
    brightest = pictures[0]
    for picture in pictures[1:]:
        # What is of another size, as where a stream changes its own, has no bars in common.
        if picture.shape != brightest.shape:
            return [Cut()]
        brightest = np.maximum(brightest, picture)
    bars = Cut(_bar(brightest), _bar(brightest.T))
    tight = Cut(_black_lines(brightest, _BLACK), _black_lines(brightest.T, _BLACK))
    height, width = brightest.shape
    is_other = max((tight.down - bars.down) / height, (tight.across - bars.across) / width) > _WORTHWHILE
    return [bars, tight] if is_other else [bars]


def _bar(brightest: Grey) -> int:
    """Return how many lines at either end are black and end in an edge that can be seen."""
    for level in (_BLACKER, _BLACK):
        bar = _black_lines(brightest, level)
        if bar and _has_edge(brightest, bar):
            return bar
    return 0


def _black_lines(brightest: Grey, level: int) -> int:
    """Return how many lines at either end are no brighter than a level in both."""
    is_black = (brightest > level).mean(axis=1) <= _FEW
    lines = min(int(np.argmin(is_black)), int(np.argmin(is_black[::-1])))
    return lines if lines <= _BAR_LIMIT * len(is_black) else 0


def _has_edge(brightest: Grey, bar: int) -> bool:
    """Tell whether lines outside are quite black and some of the first inside are filled, at either end."""
    filled = (brightest > _BLACKER).mean(axis=1)
    outside = max(1, bar - _BLURRED)
    return any(
        one[:outside].mean() <= _FAINT and one[bar : bar + _BLURRED].max() >= _FILLED
        for one in (filled, filled[::-1])
    )
