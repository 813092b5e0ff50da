"""How many stars somebody gave a picture."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import preferred
from dam.models.image.metadata.values import number_of
from dam.models.image.metadata.xmp_numbers import number_in

_WINDOWS_RATING = 0x4746
_REJECTED, _BEST = -1, 5


class ImageRatingComponent(Component):
    """One to five stars, 0 for none yet, -1 for a picture that was rejected."""

    enriches = True

    stars: Mapped[float]
    source: Mapped[str]

    __table_args__ = (CheckConstraint("stars BETWEEN -1 AND 5", name="stars_range"),)


def image_rating(metadata: Metadata) -> ImageRatingComponent | None:
    """Return the rating of XMP, else the one that Windows writes into EXIF."""
    said = {
        "xmp": _known(number_in(metadata.xmp, "xmp:Rating")),
        "windows": _known(number_of(metadata.exif.main.get(_WINDOWS_RATING))),
    }
    stated = preferred(metadata, said)
    return stated and ImageRatingComponent(stars=stated[0], source=stated[1])


def _known(stars: float | None) -> float | None:
    return stars if stars is not None and _REJECTED <= stars <= _BEST else None
