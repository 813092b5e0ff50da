"""The fingerprints of all recordings, for joining them by their landmarks."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.matcher import Compared
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent, fingerprint
from dam.models.audio.landmark_probes import probes_of
from dam.models.chromaprint import SECONDS, is_chosen, landmarks, unpacked
from dam.models.current_values import current_values
from dam.models.landmark_join import Fingerprints, LandmarkJoin, Places

NEARLY = 18
"""Words by which beginnings may be apart: two seconds, and a little for landmarks that are not in step."""
_APART = round(0.5 / SECONDS)
"""Words by which lengths may differ, however short a recording is: encoders add a little silence."""
_SHORT = 100
_NOT_SHORT = 120
"""Words of a recording of which none that is as long is short."""
_WORDS_OF_LANDMARK = 4
"""One word in four is a landmark, of short recordings nearly each."""


def join_of(session: Session, compared: Compared) -> LandmarkJoin:
    """Return what proposes pairs of the recordings that are compared."""
    entities = compared.entities

    def values(numbers: Sequence[int]) -> dict[int, bytes]:
        by_entity = {entities[number]: number for number in numbers}
        found = current_values(session, AudioFingerprintComponent, fingerprint, list(by_entity))
        return {by_entity[entity]: value for entity, value in found}

    lengths = np.zeros(len(entities), dtype=np.int64)
    for some in batched(range(len(entities)), 64):
        for number, value in values(some).items():
            lengths[number] = len(value) // 4
    most = int(np.where(lengths <= _SHORT, lengths, lengths // _WORDS_OF_LANDMARK).sum())
    fingerprints = Fingerprints(
        values=values,
        lengths=lengths,
        landmarks=_landmarks,
        probes=_probes,
        most=most,
        slack=NEARLY,
        apart=_APART,
        asked=compared.asked,
    )
    return LandmarkJoin(fingerprints, compared.expect)


def _probes(value: bytes) -> Places:
    """Return the words that are looked up: of a long recording those that can be landmarks of another one."""
    asked = unpacked(value)
    words, places = probes_of(asked)
    if len(asked) < _NOT_SHORT:
        return words, places
    chosen = is_chosen(words.astype(np.uint32))
    return words[chosen], places[chosen]


def _landmarks(value: bytes) -> Places:
    positions, words = landmarks(unpacked(value))
    return np.array(words, dtype=np.int64), np.array(positions, dtype=np.int64)
