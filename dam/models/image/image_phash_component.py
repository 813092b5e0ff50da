"""The perceptual hash of a picture."""

from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Hash64
from dam.core.component import Fingerprint


class ImagePHashComponent(Fingerprint):
    """The picture's pHash: the lowest 8x8 frequencies of 32x32 greys, each against their median.

    The first bit is the most significant one, as ImageHash prints it.
    """

    bits: ClassVar[int] = 64

    value: Mapped[int] = mapped_column(Hash64)
