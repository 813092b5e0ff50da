"""Films that share landmarks with a fingerprint, and where: found by an index of the database."""

import numpy as np
from sqlalchemy.orm import Session

from dam.models.video.frame_hashes import Entries, is_chosen, is_new, telling, words_of
from dam.models.video.video_landmark_component import VideoLandmarkComponent
from dam.search.landmarks import Ints, shifts_by_landmarks, spread

_PROBES = 2000
"""Parts of hashes that are asked for."""
_ONE_BIT: Ints = np.int64(1) << np.arange(16, dtype=np.int64)


def candidates(session: Session, asked: Entries) -> dict[int, list[int]]:
    """Return for each film that may hold what was asked about the shifts in moments at which it may."""
    words, moments = _probes(telling(asked))
    return shifts_by_landmarks(session, VideoLandmarkComponent, words, moments)


def _probes(asked: Entries) -> tuple[Ints, Ints]:
    """Return the words to ask for and the moments of their pictures.

    First the landmarks as they are; then, in as many evenly spread places as there is room for, those that
    are one bit away.
    """
    words = words_of(asked)
    moments = np.broadcast_to(asked["moment"].astype(np.int64)[:, np.newaxis], words.shape)
    new = is_new(words)
    words, moments = words[new], moments[new]
    exact = np.flatnonzero(is_chosen(words))
    exact = exact[spread(len(exact), _PROBES // 2)]
    around = spread(len(words), (_PROBES - len(exact)) // 4)
    variants = words[around][:, np.newaxis] ^ _ONE_BIT
    rows, columns = np.nonzero(is_chosen(variants))
    return (
        np.concatenate([words[exact], variants[rows, columns]]),
        np.concatenate([moments[exact], moments[around][rows]]),
    )
