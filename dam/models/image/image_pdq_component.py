"""The PDQ hash of a picture."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Fingerprint
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.raster import Raster

_STRUCTURED = 90
"""The quality from which rounding the luminance decides hardly any bit."""


class ImagePDQComponent(Fingerprint):
    """The picture's PDQ hash: 32 bytes in the order they are printed in.

    `quality` goes from 0 to 100; below about 50 the picture has too little structure to be compared.
    """

    __table_args__ = (
        CheckConstraint("length(value) = 32", name="value_length"),
        CheckConstraint("quality BETWEEN 0 AND 100", name="quality_range"),
    )

    bits: ClassVar[int] = 256

    value: Mapped[bytes] = mapped_column(LargeBinary)
    quality: Mapped[int]


@system(version=4, on=ImageComponent)
def hash_pdq(raster: Raster) -> ImagePDQComponent:
    """Hash the picture as displayed with PDQ."""
    from dam.models.pdq import pdq

    # Greys that are rounded move no more bits than the scaled decode does, except where PDQ says little.
    made = pdq(raster.grey if raster.is_scaled else raster.picture)
    if raster.is_scaled and made.quality < _STRUCTURED:
        made = pdq(raster.picture)
    return ImagePDQComponent(value=made.value, quality=made.quality)
