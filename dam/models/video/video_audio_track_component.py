"""The sound of a film."""

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers


class VideoAudioTrackComponent(Component):
    """One of the tracks of sound, counted from 0."""

    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    codec: Mapped[str | None]
    """None if nothing here decodes it."""
    sample_rate: Mapped[int | None] = mapped_column(BigInteger)
    channels: Mapped[int | None]
    language: Mapped[str | None]
    title: Mapped[str | None]


@system(version=1, on=VideoComponent)
def list_audio_tracks(headers: Headers) -> tuple[VideoAudioTrackComponent, ...]:
    """List the tracks of sound, in the order of the file."""
    return tuple(
        VideoAudioTrackComponent(
            position=position,
            codec=track.codec,
            sample_rate=track.sample_rate,
            channels=track.channels,
            language=track.language,
            title=track.title,
        )
        for position, track in enumerate(headers.audio)
    )
