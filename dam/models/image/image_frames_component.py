"""That a file holds several pictures, one after the other."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component


class ImageFramesComponent(Component):
    """How many pages or frames there are: two or more, of which all other systems see the first.

    `duration` is what the frames are shown for, once, in seconds, as the file says; pages have none.
    """

    __table_args__ = (CheckConstraint("frames > 1", name="several"),)

    frames: Mapped[int] = mapped_column(BigInteger)
    duration: Mapped[float | None]
