"""Where in a recording to look first: a part of its fingerprint, by which the database finds it."""

from typing import ClassVar

from sqlalchemy import Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent


class AudioLandmarkComponent(Component):
    """A word of the fingerprint, and which one it is, counted from 0.

    About every fourth word is one, chosen by what it is, so that other recordings of the same choose the
    same; it counts as signed, as databases have it.
    """

    is_index: ClassVar[bool] = True

    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    word: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        # With all columns, so that rows need not be looked at.
        Index("ix_audio_landmark_word", "word", "entity_id", "position"),
        {"sqlite_with_rowid": False},
    )


@system(version=1)
def choose_landmarks(fingerprint: AudioFingerprintComponent) -> tuple[AudioLandmarkComponent, ...]:
    """Choose landmarks where the sound changes: silence and lasting tones have none."""
    from dam.models.chromaprint import landmarks, unpacked

    words = unpacked(fingerprint.value)
    return tuple(
        AudioLandmarkComponent(position=position, word=word)
        for position, word in zip(*landmarks(words), strict=True)
    )
