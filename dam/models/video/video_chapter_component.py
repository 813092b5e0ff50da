"""The chapters of a film."""

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers


class VideoChapterComponent(Component):
    """One of the chapters, counted from 0, in seconds from the beginning."""

    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    start: Mapped[float]
    end: Mapped[float]
    title: Mapped[str | None]


@system(version=1, on=VideoComponent)
def list_chapters(headers: Headers) -> tuple[VideoChapterComponent, ...]:
    """List the chapters, the first thousand of them."""
    return tuple(
        VideoChapterComponent(position=position, start=chapter.start, end=chapter.end, title=chapter.title)
        for position, chapter in enumerate(headers.chapters)
    )
