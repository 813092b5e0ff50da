"""Where in a film to look first: parts of its fingerprint, by which the database finds it."""

from typing import ClassVar

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent


class VideoLandmarkComponent(Component):
    """Sixteen bits of a picture's hash and which they are, as one number, and the moment of the picture.

    About every fourth part is one, chosen by what it is, so that other encodings choose the same.
    """

    is_index: ClassVar[bool] = True

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    word: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)

    __table_args__ = (
        # With all columns, so that rows need not be looked at.
        Index("ix_video_landmark_word", "word", "entity_id", "position"),
        {"sqlite_with_rowid": False},
    )


@system(version=2)
def choose_landmarks(fingerprint: VideoFingerprintComponent) -> tuple[VideoLandmarkComponent, ...]:
    """Choose landmarks where the picture changes, of each way to cut it; plain pictures have none."""
    from dam.models.video.frame_hashes import landmarks_of_cuts

    chosen = landmarks_of_cuts(fingerprint.value, fingerprint.tight)
    return tuple(VideoLandmarkComponent(position=moment, word=word) for moment, word in chosen)
