"""How large a picture is."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.decoding import opened
from dam.models.image.image_frames_component import ImageFramesComponent
from dam.models.image.orientation import displayed_orientation, turned_size
from dam.models.image.sequences.sequence import sequence_in


class DimensionsComponent(Component):
    """The picture's width and height in pixels, as displayed."""

    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="positive"),)

    # Headers may claim any 32-bit number, which PostgreSQL's INTEGER cannot hold.
    width: Mapped[int] = mapped_column(BigInteger)
    height: Mapped[int] = mapped_column(BigInteger)


@system(version=2, on=ImageComponent)
def measure(content: Content) -> tuple[DimensionsComponent | ImageFramesComponent, ...]:
    """Read the dimensions, and how many pages or frames there are, from headers alone.

    Pictures whose pixels are broken or too many to decode have dimensions all the same. Raises
    DecodeError if there is no readable header.
    """
    with opened(content) as picture:
        width, height = turned_size(picture.size, displayed_orientation(picture, content))
        sequence = sequence_in(picture, content)
    dimensions = DimensionsComponent(width=width, height=height)
    if sequence is None:
        return (dimensions,)
    return dimensions, ImageFramesComponent(frames=sequence.length, duration=sequence.duration)
