"""The fingerprint of a film as one value, whichever ways its pictures are cut."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from dam.models.current_values import current_values
from dam.models.video.film_alignment import Film
from dam.models.video.frame_hashes import Entries, unpacked
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint

_LENGTH = 4


def read_cuts(session: Session, entities: Collection[int]) -> dict[int, bytes]:
    """Return the fingerprints of these films, all cuts of one as one value; those without are left out."""
    table, system = VideoFingerprintComponent, fingerprint
    tight = dict(current_values(session, table, system, entities, column="tight"))
    return {
        entity: len(value).to_bytes(_LENGTH, "little") + value + tight.get(entity, b"")
        for entity, value in current_values(session, table, system, entities)
    }


def entries_of(cuts: bytes) -> list[Entries]:
    """Return what is seen of a film, for each way its pictures are cut."""
    return [unpacked(value) for value in _split(cuts)]


def films_of(cuts: bytes) -> list[Film]:
    """Return the film as it is when it is cut in each way."""
    return [Film.of(value) for value in _split(cuts)]


def _split(cuts: bytes) -> list[bytes]:
    end = _LENGTH + int.from_bytes(cuts[:_LENGTH], "little")
    wide, tight = cuts[_LENGTH:end], cuts[end:]
    return [wide, tight] if tight else [wide]
