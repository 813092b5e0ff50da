"""How some sound is encoded, and how long it is."""

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.audio import AudioComponent
from dam.models.audio.formats import WRITTEN_MUSIC, opened_audio
from dam.models.sound_decoding import SoundError, sound_track

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_UNTOLD = frozenset({"audio/aac", "audio/ac3", "audio/eac3", "audio/vnd.dts", "audio/amr", "audio/amr-wb"})
"""Formats that say nowhere how long they are: FFmpeg would guess from their first frames."""
_TOLD_IN_MP3 = (b"Xing", b"Info", b"VBRI")


class AudioPropertiesComponent(Component):
    """The codec, its parameters, and the duration in seconds, of the track that is played."""

    __table_args__ = (CheckConstraint("sample_rate > 0 AND channels > 0", name="positive"),)

    codec: Mapped[str]
    duration: Mapped[float | None]
    sample_rate: Mapped[int] = mapped_column(BigInteger)
    channels: Mapped[int]
    bit_rate: Mapped[int | None] = mapped_column(BigInteger)
    """Bits a second: what the stream says of itself, else what the file comes to."""


@system(version=1)
def read_properties(audio: AudioComponent, content: Content) -> AudioPropertiesComponent | None:
    """Read the properties from the headers alone, and where they do not tell the duration, from the frames.

    Nothing for what has no sound in it, such as MIDI. Raises SoundError if there is no readable header.
    """
    if audio.media_type in WRITTEN_MUSIC:
        return None
    with opened_audio(content, audio.media_type) as container:
        track = sound_track(container)
        context = track.codec_context
        if context.sample_rate < 1 or context.channels < 1:
            raise SoundError("damaged: it claims to have no channels or no samples")
        duration = _counted(container, track) if _is_untold(audio, content) else _told(container, track)
        return AudioPropertiesComponent(
            codec=context.codec.canonical_name,
            duration=duration,
            sample_rate=context.sample_rate,
            channels=context.channels,
            bit_rate=track.codec_context.bit_rate or _average(content, duration),
        )


def _is_untold(audio: AudioComponent, content: Content) -> bool:
    if audio.media_type != "audio/mpeg":
        return audio.media_type in _UNTOLD
    return not any(word in content.head() for word in _TOLD_IN_MP3)


def _told(container: "InputContainer", track: "AudioStream") -> float | None:
    if track.duration and track.time_base:
        return float(track.duration * track.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _counted(container: "InputContainer", track: "AudioStream") -> float | None:
    """Add up what each frame says it lasts, without decoding any."""
    ticks = sum(packet.duration or 0 for packet in container.demux(track))
    return float(ticks * track.time_base) if ticks and track.time_base else None


def _average(content: Content, duration: float | None) -> int | None:
    return round(content.size * 8 / duration) if duration else None
