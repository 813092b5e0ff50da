"""What in a library resembles a recording: what is asked about is read, then the library is searched."""

from typing import TYPE_CHECKING

from dam.library.limit import check_limit
from dam.search.audio_query import read_audio_query, stored_audio_query
from dam.search.file_visits import Visited
from dam.search.similar_audio import BIT_ERROR, SimilarAudio, find_similar_audio

if TYPE_CHECKING:
    from dam.library.library import Library


def similar_audio(
    library: "Library", audio: bytes | int | Visited, bit_error: float | None, limit: int | None
) -> SimilarAudio:
    """Return the recordings that resemble one, a path or an entity."""
    check_limit(limit)
    if isinstance(audio, int):
        with library.database.read() as session:
            query = stored_audio_query(session, audio)
    else:
        query = read_audio_query(library.registry, library.executor, audio)
    with library.database.read() as session:
        return find_similar_audio(session, query, BIT_ERROR if bit_error is None else bit_error, limit=limit)
