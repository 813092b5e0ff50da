"""Which media kind something is of: a file, which the library need not have, or an entity."""

from typing import TYPE_CHECKING

from dam.core.component import Kind
from dam.core.recognition import NAME as RECOGNISE
from dam.search import audio_query, document_query, image_query, video_query
from dam.search.file_visits import Visited, visit_file

if TYPE_CHECKING:
    from dam.library.library import Library

_COMPARING = frozenset().union(
    *(query.SYSTEMS for query in (audio_query, document_query, image_query, video_query))
)
"""What files of any kind are compared by."""


def look_at(library: "Library", path: bytes) -> Visited:
    """Visit a file once for all that may be asked about it; raises SourceError for what cannot be read."""
    return visit_file(library.registry, library.executor, path, {RECOGNISE, *_COMPARING})


def kind_of(library: "Library", medium: bytes | int | Visited) -> type[Kind] | None:
    """Return the kind, None if none claims it; raises SourceError for a file that cannot be read."""
    kinds = library.registry.kinds
    if isinstance(medium, int):
        with library.database.read() as session:
            return next((kind for kind in kinds if session.get(kind, medium) is not None), None)
    visited = visit_file(library.registry, library.executor, medium, {RECOGNISE})
    return next((kind for kind in kinds if visited.result.products.get(kind)), None)
