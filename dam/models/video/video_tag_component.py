"""What a film says of itself in words."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers, described


class VideoTagComponent(Component):
    """One of the tags of the whole film, such as its title, or the make of the camera."""

    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


@system(version=2, on=VideoComponent)
def read_tags(headers: Headers) -> tuple[VideoTagComponent, ...]:
    """Take all tags but those that are only about the container."""
    return tuple(
        VideoTagComponent(tag=name, value=value) for name, value in sorted(described(headers).items())
    )
