"""Films that resemble one: re-encoded, resized, and clips, by an index and then exactly."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dam.models.video import VideoComponent
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint
from dam.models.video.video_sound_component import VideoSoundComponent, listen
from dam.search.compared import Compared, count_uncompared, itself, values_of

if TYPE_CHECKING:
    from dam.models.video.film_comparison import FilmComparison

FILMS = Compared(VideoComponent, VideoFingerprintComponent, fingerprint, noun="film", nothing="no pictures")
TIGHT_FILMS = replace(FILMS, column="tight")
SOUNDS = Compared(VideoComponent, VideoSoundComponent, listen, noun="film", nothing="no sound")

THRESHOLD = 72
"""The default for how many bits of PDQ two pictures may differ in."""


@dataclass(frozen=True)
class VideoQuery:
    """A film to compare with: one that the library has, or any other."""

    value: bytes
    sound: bytes = b""
    entity: int | None = None
    sha256: bytes | None = None
    """What tells whether the library has it, if its entity is not known."""
    tight: bytes | None = None
    """The fingerprint of it without all that is black throughout, if that is another one."""


@dataclass(frozen=True)
class SimilarFilm:
    """A film that resembles what was asked about."""

    entity: int
    relation: str
    """What was asked about is the same, an excerpt of it, the whole that it is from, or overlaps it."""
    matched: float
    """Per cent of the pictures that both have which match."""
    distance: float
    """The bits of PDQ in which those differ on average."""
    offset: float
    """Where in it that begins which was asked about, in seconds; negative if it begins later itself."""
    seconds: float
    """How long both have the same."""
    sound: float | None
    """Per cent of the bits in which the sound differs; None if it cannot be compared."""


@dataclass(frozen=True)
class SimilarVideo:
    """The matches, best first, and what could not be compared."""

    matches: list[SimilarFilm] = field(default_factory=list)
    found: int = 0
    """How many there are, also those beyond the limit."""
    uncompared: int = 0
    """Films in the library without a fingerprint of the current version."""
    is_plain: bool = False
    """Whether what was asked about is too dark or too plain throughout, which matches nothing."""


def find_similar_video(
    session: Session, query: VideoQuery, threshold: int = THRESHOLD, *, limit: int | None = None
) -> SimilarVideo:
    """Return the films most of whose pictures match where both overlap, best first."""
    from dam.models.video.film_alignment import Film
    from dam.models.video.film_comparison import compare_films
    from dam.models.video.frame_hashes import unpacked_cuts
    from dam.search.video_landmarks import candidates

    asked = Film.of(query.value, query.tight)
    uncompared = count_uncompared(session, FILMS)
    if asked.is_plain:
        return SimilarVideo(uncompared=uncompared, is_plain=True)
    near = candidates(session, unpacked_cuts(query.value, query.tight))
    near.pop(itself(session, query.entity, query.sha256), None)
    sounds = values_of(session, SOUNDS, list(near))
    tight = values_of(session, TIGHT_FILMS, list(near))
    matches = []
    for entity, value in values_of(session, FILMS, list(near)).items():
        heard = (query.sound, sounds.get(entity, b""))
        known = Film.of(value, tight.get(entity))
        found = compare_films(asked, known, heard, near[entity], threshold)
        if found is not None:
            matches.append(_described(entity, found))
    matches.sort(key=lambda match: (-match.matched, match.distance, match.entity))
    return SimilarVideo(matches[:limit], len(matches), uncompared)


def _described(entity: int, found: "FilmComparison") -> SimilarFilm:
    from dam.models.video.frame_hashes import RATE

    return SimilarFilm(
        entity=entity,
        relation=found.relation,
        matched=100 * found.pictures.share,
        distance=found.pictures.distance,
        offset=found.offset,
        seconds=found.pictures.overlap / RATE,
        sound=None if found.sound is None else 100 * found.sound.bit_error,
    )
