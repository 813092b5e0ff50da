"""The average hash of a picture."""

from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Hash64
from dam.core.component import Fingerprint


class ImageAHashComponent(Fingerprint):
    """The picture's aHash: 8x8 greys, each against their mean.

    The first bit is the most significant one, as ImageHash prints it.
    """

    bits: ClassVar[int] = 64

    value: Mapped[int] = mapped_column(Hash64)
