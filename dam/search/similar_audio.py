"""Recordings that resemble one: the same in another encoding, and excerpts, by an index and then exactly."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from dam.models.audio import AudioComponent
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent, fingerprint
from dam.search.compared import Compared, count_uncompared, itself, values_of

RECORDINGS = Compared(
    AudioComponent,
    AudioFingerprintComponent,
    fingerprint,
    noun="recording",
    nothing="too short, or no recorded sound",
)

BIT_ERROR = 20.0
"""The default for how many per cent of the bits may differ.

Of the same recording up to 12 % do, faint passages aside; of others hardly ever fewer than 25 %.
"""


@dataclass(frozen=True)
class AudioQuery:
    """A recording to compare with: one that the library has, or any other."""

    value: bytes
    entity: int | None = None
    sha256: bytes | None = None
    """What tells whether the library has it, if its entity is not known."""


@dataclass(frozen=True)
class SimilarRecording:
    """A recording that resembles what was asked about."""

    entity: int
    relation: str
    """What was asked about is the same, an excerpt of it, the whole that it is from, or overlaps it."""
    bit_error: float
    """Per cent of the bits that differ."""
    offset: float
    """Where in it that begins which was asked about, in seconds; negative if it begins later itself."""
    seconds: float
    """How long both have the same."""


@dataclass(frozen=True)
class SimilarAudio:
    """The matches, best first, and what could not be compared."""

    matches: list[SimilarRecording] = field(default_factory=list)
    found: int = 0
    """How many there are, also those beyond the limit."""
    uncompared: int = 0
    """Recordings in the library without a fingerprint of the current version."""
    is_plain: bool = False
    """Whether what was asked about is silence or the like, which matches nothing."""


def find_similar_audio(
    session: Session, query: AudioQuery, bit_error: float = BIT_ERROR, *, limit: int | None = None
) -> SimilarAudio:
    """Return the recordings of which no more per cent of the bits differ where both overlap, best first."""
    from dam.models.chromaprint import unpacked
    from dam.models.sound_alignment import best_alignment, is_plain, relation_of
    from dam.search.audio_landmarks import candidates

    asked = unpacked(query.value)
    uncompared = count_uncompared(session, RECORDINGS)
    if is_plain(asked):
        return SimilarAudio(uncompared=uncompared, is_plain=True)
    near = candidates(session, asked)
    near.pop(itself(session, query.entity, query.sha256), None)
    matches = []
    for entity, value in values_of(session, RECORDINGS, list(near)).items():
        known = unpacked(value)
        found = best_alignment(asked, known, near[entity])
        if found is not None and 100 * found.bit_error <= bit_error:
            relation = relation_of(found, len(asked), len(known))
            error = 100 * found.bit_error
            matches.append(SimilarRecording(entity, relation, error, found.offset, found.seconds))
    matches.sort(key=lambda match: (match.bit_error, match.entity))
    return SimilarAudio(matches[:limit], len(matches), uncompared)
