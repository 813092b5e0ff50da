"""The fingerprint of a film as one value, in whichever ways its pictures are cut."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from dam.models.current_values import current_values
from dam.models.video.film_alignment import Film
from dam.models.video.frame_hashes import Entries, landmarks_of_cuts, unpacked_cuts
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint

_LENGTH = 4


def read_cuts(session: Session, entities: Collection[int]) -> dict[int, bytes]:
    """Return the fingerprints of these films, both cuts of one as one value; those without are left out."""
    values = current_values(session, VideoFingerprintComponent, fingerprint, entities)
    return with_tight_cuts(session, dict(values))


def with_tight_cuts(session: Session, values: Mapping[int, bytes]) -> dict[int, bytes]:
    """Return the same of films whose wide fingerprints have been read."""
    found = current_values(session, VideoFingerprintComponent, fingerprint, values.keys(), column="tight")
    tight = dict(found)
    return {
        entity: len(value).to_bytes(_LENGTH, "little") + value + tight.get(entity, b"")
        for entity, value in values.items()
    }


def entries_of(cuts: bytes) -> Entries:
    """Return what is seen of a film, in either way to cut it."""
    return unpacked_cuts(*_split(cuts))


def landmarks_of(cuts: bytes) -> list[tuple[int, int]]:
    """Return the moments and the words by which an index knows a film, of both ways to cut it."""
    return landmarks_of_cuts(*_split(cuts))


def film_of(cuts: bytes) -> Film:
    """Return the film as it is in either way to cut it."""
    return Film.of(*_split(cuts))


def _split(cuts: bytes) -> tuple[bytes, bytes | None]:
    end = _LENGTH + int.from_bytes(cuts[:_LENGTH], "little")
    return cuts[_LENGTH:end], cuts[end:] or None
