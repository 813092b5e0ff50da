"""Films that share landmarks with a fingerprint, and where: found by an index of the database."""

from sqlalchemy.orm import Session

from dam.models.video.frame_hashes import Entries
from dam.models.video.landmark_probes import probes_of
from dam.models.video.video_landmark_component import VideoLandmarkComponent
from dam.search.landmarks import shifts_by_landmarks


def candidates(session: Session, asked: Entries) -> dict[int, list[int]]:
    """Return for each film that may hold what was asked about the shifts in moments at which it may."""
    words, moments = probes_of(asked)
    return shifts_by_landmarks(session, VideoLandmarkComponent, words, moments)
