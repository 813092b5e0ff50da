"""What in a library resembles a recording: what is asked about is read, then the library is searched."""

from typing import TYPE_CHECKING

from dam.library.limit import check_limit
from dam.search.audio_query import read_audio_query, stored_audio_query
from dam.search.similar_audio import BIT_ERROR, SimilarAudio, find_similar_audio

if TYPE_CHECKING:
    from dam.library.library import Library


def similar_audio(
    library: "Library", audio: bytes | int, bit_error: float | None, limit: int | None
) -> SimilarAudio:
    """Return the recordings that resemble one, a path or an entity."""
    check_limit(limit)
    query = read_audio_query(library.registry, library.executor, audio) if isinstance(audio, bytes) else None
    with library.database.read() as session:
        query = query or stored_audio_query(session, int(audio))
        return find_similar_audio(session, query, BIT_ERROR if bit_error is None else bit_error, limit=limit)
