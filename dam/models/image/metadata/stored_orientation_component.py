"""Which way up a picture is stored."""

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import preferred
from dam.models.image.metadata.values import number_of
from dam.models.image.metadata.xmp_numbers import number_in

_ORIENTATION = 0x0112


class StoredOrientationComponent(Component):
    """The orientation that the file states, 1 to 8 as EXIF numbers it."""

    value: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str]

    __table_args__ = (CheckConstraint("value BETWEEN 1 AND 8", name="known"),)


def stored_orientation(metadata: Metadata) -> StoredOrientationComponent | None:
    """Return the orientation of EXIF, else of XMP; what is none of the eight is none."""
    exif = _known(number_of(metadata.exif.main.get(_ORIENTATION)))
    stated = preferred(metadata, {"exif": exif, "xmp": _known(number_in(metadata.xmp, "tiff:Orientation"))})
    return stated and StoredOrientationComponent(value=stated[0], source=stated[1])


def _known(number: float | None) -> int | None:
    return int(number) if number is not None and number in range(1, 9) else None
