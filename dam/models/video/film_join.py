"""The fingerprints of all films, for joining them by their landmarks."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.matcher import Compared
from dam.models.landmark_join import Fingerprints, LandmarkJoin, Places
from dam.models.video.film_cuts import entries_of, landmarks_of, read_cuts
from dam.models.video.frame_hashes import RATE
from dam.models.video.landmark_probes import probes_of

NEARLY = 2 * RATE + 1
"""Moments by which beginnings may be apart: two seconds, and a little for pictures that are not in step."""
_LANDMARKS = 10
"""Landmarks of a whole second, for two cuts: one part of sixteen in four, and some more by chance."""


def join_of(session: Session, compared: Compared) -> LandmarkJoin:
    """Return what proposes pairs of the films that are compared."""
    entities = compared.entities

    def values(numbers: Sequence[int]) -> dict[int, bytes]:
        by_entity = {entities[number]: number for number in numbers}
        return {by_entity[entity]: cuts for entity, cuts in read_cuts(session, list(by_entity)).items()}

    lengths = np.zeros(len(entities), dtype=np.int64)
    for some in batched(range(len(entities)), 64):
        for number, value in values(some).items():
            moments = entries_of(value)["moment"]
            lengths[number] = int(moments.max()) + RATE if len(moments) else 0
    fingerprints = Fingerprints(
        values=values,
        lengths=lengths,
        landmarks=_landmarks,
        probes=lambda value: probes_of(entries_of(value)),
        most=int(lengths.sum()) // RATE * _LANDMARKS,
        slack=NEARLY,
        apart=RATE,
        asked=compared.asked,
    )
    return LandmarkJoin(fingerprints, compared.expect)


def _landmarks(value: bytes) -> Places:
    rows = np.array(landmarks_of(value), dtype=np.int64).reshape(-1, 2)
    return rows[:, 1], rows[:, 0]
