"""What in a library resembles a film: what is asked about is read, then the library is searched."""

from typing import TYPE_CHECKING

from dam.library.limit import check_limit
from dam.search.file_visits import Visited
from dam.search.similar_video import THRESHOLD, SimilarVideo, find_similar_video
from dam.search.video_query import read_video_query, stored_video_query

if TYPE_CHECKING:
    from dam.library.library import Library


def similar_video(
    library: "Library", video: bytes | int | Visited, threshold: int | None, limit: int | None
) -> SimilarVideo:
    """Return the films that resemble one, a path or an entity."""
    check_limit(limit)
    if isinstance(video, int):
        with library.database.read() as session:
            query = stored_video_query(session, video)
    else:
        query = read_video_query(library.registry, library.executor, video)
    with library.database.read() as session:
        return find_similar_video(session, query, THRESHOLD if threshold is None else threshold, limit=limit)
