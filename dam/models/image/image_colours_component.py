"""Which colours a picture mainly has."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.raster import Raster

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 32
"""How many places are looked at in each direction."""
_PALETTE_SHARE = 0.04


class ImageColoursComponent(Component):
    """How many hundredths of the picture are black, blue and so on, and which colour there is most of.

    `palette` has the mean of each colour that is on a 25th of the picture or more, the largest first, as
    the web writes colours: `#1f3a5f #d9c7a1`.
    """

    dominant: Mapped[str] = mapped_column(index=True)
    palette: Mapped[str]
    black: Mapped[int] = mapped_column(SmallInteger)
    grey: Mapped[int] = mapped_column(SmallInteger)
    white: Mapped[int] = mapped_column(SmallInteger)
    red: Mapped[int] = mapped_column(SmallInteger)
    orange: Mapped[int] = mapped_column(SmallInteger)
    yellow: Mapped[int] = mapped_column(SmallInteger)
    green: Mapped[int] = mapped_column(SmallInteger)
    blue: Mapped[int] = mapped_column(SmallInteger)
    purple: Mapped[int] = mapped_column(SmallInteger)
    pink: Mapped[int] = mapped_column(SmallInteger)
    brown: Mapped[int] = mapped_column(SmallInteger)


@system(version=1, on=ImageComponent)
def find_colours(raster: Raster) -> ImageColoursComponent:
    """Name the colours at 1024 places, of the picture that was decoded for everything else."""
    import numpy as np

    from dam.models.image.colour_names import NAMES, names_of

    pixels = _sampled(raster)
    names = names_of(pixels)
    counts = np.bincount(names, minlength=len(NAMES)).tolist()
    sums = [np.bincount(names, levels, len(NAMES)).tolist() for levels in pixels.T]
    # Of colours of which there is the same, the first in the list.
    order = sorted(range(len(NAMES)), key=lambda name: -counts[name])
    shown = [name for name in order if counts[name] >= _PALETTE_SHARE * len(pixels)]
    means = ([round(of_channel[name] / counts[name]) for of_channel in sums] for name in shown)
    shares: dict[str, Any] = {
        name: round(100 * count / len(pixels)) for name, count in zip(NAMES, counts, strict=True)
    }
    palette = " ".join("#" + bytes(mean).hex() for mean in means)
    return ImageColoursComponent(dominant=NAMES[order[0]], palette=palette, **shares)


def _sampled(raster: Raster) -> "NDArray[np.uint8]":
    """Return the pixels at places that lie evenly; never a mixture of several."""
    import numpy as np
    from PIL.Image import Resampling

    picture = raster.picture
    size = min(_SIDE, picture.width), min(_SIDE, picture.height)
    return np.asarray(picture.resize(size, Resampling.NEAREST)).reshape(-1, 3)
