"""The Chromaprint of some sound."""

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.audio import AudioComponent
from dam.models.audio.formats import WRITTEN_MUSIC, opened_audio

SECONDS_LIMIT = 1800
"""How much of a recording is fingerprinted: half an hour."""


class AudioFingerprintComponent(Component):
    """The words of Chromaprint's algorithm 2, of 32 bits each, the lowest byte first.

    There are about eight for each second of the first half hour; those of the first two minutes are what
    fpcalc makes by default.
    """

    __table_args__ = (CheckConstraint("length(value) > 0", name="value_length"),)

    value: Mapped[bytes] = mapped_column(LargeBinary)


@system(version=1)
def fingerprint(audio: AudioComponent, content: Content) -> AudioFingerprintComponent | None:
    """Decode the sound and fingerprint it; nothing if it is shorter than three seconds or so.

    Raises SoundError if it cannot be decoded.
    """
    if audio.media_type in WRITTEN_MUSIC:
        return None
    from dam.models.chromaprint import RATE, chromaprint, packed
    from dam.models.sound_decoding import mono

    with opened_audio(content, audio.media_type) as container:
        words = chromaprint(mono(container, RATE, SECONDS_LIMIT))
    return AudioFingerprintComponent(value=packed(words)) if len(words) else None
