"""Recordings that share landmarks with a fingerprint, and where: found by an index of the database."""

from sqlalchemy.orm import Session

from dam.models.audio.audio_landmark_component import AudioLandmarkComponent
from dam.models.audio.landmark_probes import probes_of
from dam.models.chromaprint import Words
from dam.search.landmarks import shifts_by_landmarks


def candidates(session: Session, asked: Words) -> dict[int, list[int]]:
    """Return for each recording that may hold what was asked about the shifts at which it may."""
    words, places = probes_of(asked)
    return shifts_by_landmarks(session, AudioLandmarkComponent, words, places)
