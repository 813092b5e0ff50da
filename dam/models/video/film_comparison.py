"""Two films compared by what is seen and what is heard."""

from collections.abc import Iterable
from dataclasses import dataclass

from dam.models.chromaprint import SECONDS, unpacked
from dam.models.sound_alignment import Alignment, best_alignment
from dam.models.video.film_alignment import Film, VideoAlignment, best_video_alignment, relation_of

SAME_SOUND = 0.2
"""The share of Chromaprint's bits up to which sound is the same."""


@dataclass(frozen=True)
class FilmComparison:
    """How a film that was asked about lies against one that is known."""

    pictures: VideoAlignment
    sound: Alignment | None
    """None if it cannot be compared."""
    offset: float
    """Where in the known one the other begins, in seconds."""
    relation: str
    """What was asked about is the same, an excerpt of it, the whole that it is from, or overlaps it."""


def compare_films(
    asked: Film, known: Film, sounds: tuple[bytes, bytes], shifts: Iterable[int], threshold: int
) -> FilmComparison | None:
    """Return the best of some shifts in moments; None if most pictures differ there."""
    found = best_video_alignment(asked, known, shifts, threshold)
    if found is None:
        return None
    sound = _sound_there(*sounds, found)
    is_heard = sound is not None and sound.bit_error <= SAME_SOUND
    # Of pictures that stand still, as where music is shown with its cover, the sound has to decide.
    if found.is_still and sound is not None and not is_heard:
        return None
    # The sound tells the time better than pictures a second apart.
    offset = sound.offset if sound is not None and is_heard else found.offset
    return FilmComparison(found, sound, offset, relation_of(offset, asked.seconds, known.seconds))


def _sound_there(asked: bytes, known: bytes, found: VideoAlignment) -> Alignment | None:
    """Return how the sound agrees within a second of where the pictures do, if it can be compared."""
    if not asked or not known:
        return None
    shifts = range(round((found.offset - 1) / SECONDS), round((found.offset + 1) / SECONDS) + 1)
    return best_alignment(unpacked(asked), unpacked(known), shifts)
