"""The subtitles of a film."""

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers


class VideoSubtitleComponent(Component):
    """One of the tracks of subtitles, counted from 0."""

    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    codec: Mapped[str | None]
    language: Mapped[str | None]
    title: Mapped[str | None]


@system(version=1, on=VideoComponent)
def list_subtitles(headers: Headers) -> tuple[VideoSubtitleComponent, ...]:
    """List the tracks of subtitles, in the order of the file."""
    return tuple(
        VideoSubtitleComponent(
            position=position, codec=track.codec, language=track.language, title=track.title
        )
        for position, track in enumerate(headers.subtitles)
    )
