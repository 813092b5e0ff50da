"""The sound of a film as a fingerprint."""

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers
from dam.models.video.reading import opened_video

SECONDS_LIMIT = 1800
"""How much of the sound is fingerprinted: half an hour."""
_BYTES_LIMIT = 2_000_000_000
"""How much of a file is read for it."""


class VideoSoundComponent(Component):
    """The words of Chromaprint's algorithm 2 for the first half hour of the main track of sound."""

    __table_args__ = (CheckConstraint("length(value) > 0", name="value_length"),)

    value: Mapped[bytes] = mapped_column(LargeBinary)


@system(version=1)
def listen(video: VideoComponent, headers: Headers, content: Content) -> VideoSoundComponent | None:
    """Decode the sound and fingerprint it; nothing if there is none, or less than three seconds or so.

    Raises MediaError if it cannot be decoded.
    """
    if not any(track.codec for track in headers.audio):
        return None
    from av.stream import Discard

    from dam.models.chromaprint import RATE, chromaprint, packed
    from dam.models.sound_decoding import mono

    readable = 8 * _BYTES_LIMIT / headers.bit_rate if headers.bit_rate else SECONDS_LIMIT
    with opened_video(content, video.media_type) as container:
        for stream in container.streams.video:
            stream.discard = Discard.all
        words = chromaprint(mono(container, RATE, min(SECONDS_LIMIT, readable)))
    return VideoSoundComponent(value=packed(words)) if len(words) else None
