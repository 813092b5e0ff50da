"""What in a library resembles files or assets: what is asked about is read, then all is searched once."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dam.core.batched import batched
from dam.core.content import Source
from dam.core.path_text import AnyPath
from dam.errors import DamError
from dam.ingest.sources import find_sources
from dam.library.limit import check_limit
from dam.search.comparison import Thresholds
from dam.search.file_visits import Visited
from dam.search.image_query import Asked, read_image_queries, stored_image_queries, turned
from dam.search.similar_images import ImageQuery, IndexOf, SimilarImages, find_similar_images

if TYPE_CHECKING:
    from dam.library.library import Library


def similar_to_each(
    library: "Library",
    images: Sequence[AnyPath | int | Visited],
    thresholds: Thresholds,
    limit: int | None,
    rotated: bool,
    index_of: IndexOf | None = None,
) -> list[SimilarImages | DamError]:
    """Return what resembles each of the images, paths or entities, or why that cannot be said."""
    check_limit(limit)
    asked = _read(library, images)
    if rotated and asked:
        asked = turned(library.executor, _with_sources(library, asked))
    queries = [one.query for one in asked if isinstance(one.query, ImageQuery)]
    with library.database.read() as session:
        found = iter(find_similar_images(session, queries, thresholds, limit=limit, index_of=index_of))
    return [next(found) if isinstance(one.query, ImageQuery) else one.query for one in asked]


def _read(library: "Library", images: Sequence[AnyPath | int | Visited]) -> list[Asked]:
    """Return the fingerprints of each image: what the library has is not read again."""
    files = [_file(image) for image in images if not isinstance(image, int)]
    entities = [image for image in images if isinstance(image, int)]
    read = iter(read_image_queries(library.registry, library.executor, files) if files else ())
    with library.database.read() as session:
        stored = iter(stored_image_queries(session, entities))
    return [next(stored) if isinstance(image, int) else next(read) for image in images]


def _file(image: AnyPath | Visited) -> bytes | Visited:
    return image if isinstance(image, Visited) else os.fsencode(image)


def _with_sources(library: "Library", asked: Sequence[Asked]) -> list[Asked]:
    """Return them with where the bytes of those are that the library has."""
    entities = [one.query.entity for one in asked if isinstance(one.query, ImageQuery) and one.query.entity]
    sources: dict[int, Source] = {}
    with library.database.read() as session:
        for some in batched(entities):
            sources |= find_sources(session, library.store, some)
    return [
        replace(one, source=sources.get(one.query.entity))
        if isinstance(one.query, ImageQuery) and one.query.entity
        else one
        for one in asked
    ]
