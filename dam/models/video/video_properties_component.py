"""What a film is made of, and how long it is."""

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers, need_picture


class VideoPropertiesComponent(Component):
    """The container, the codec of the pictures, and their size as they are displayed."""

    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="positive"),)

    container: Mapped[str]
    codec: Mapped[str]
    duration: Mapped[float | None]
    """In seconds."""
    width: Mapped[int]
    height: Mapped[int]
    """After turning, and after stretching pixels that are not square."""
    rotation: Mapped[int] = mapped_column(SmallInteger)
    """By how many degrees the stored pictures are turned clockwise."""
    frame_rate: Mapped[float | None]
    bit_rate: Mapped[int | None] = mapped_column(BigInteger)
    """Bits a second of all tracks together."""


@system(version=1, on=VideoComponent)
def read_properties(headers: Headers) -> VideoPropertiesComponent:
    """Take them from the headers and the first picture; raises VideoError if there are no pictures."""
    picture = need_picture(headers)
    return VideoPropertiesComponent(
        container=headers.container,
        codec=picture.codec,
        duration=headers.duration,
        width=picture.width,
        height=picture.height,
        rotation=picture.rotation,
        frame_rate=picture.frame_rate,
        bit_rate=headers.bit_rate,
    )
