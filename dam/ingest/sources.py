"""Where entities' bytes can be read: the store, or the place they were registered in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.columns import utc_now
from dam.core.content import Source
from dam.core.visit import Result
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.file_location_component import Location, close_location, locations_of
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.stored_copy_component import find_stored
from dam.services.deep_paths import stat_path
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Store
from dam.services.sources import InPlaceSource, StoredSource


def find_sources(session: Session, store: Store, entity_ids: Sequence[int]) -> dict[int, Source]:
    """Return where to read each entity's bytes; entities whose bytes are nowhere known are left out."""
    rows = session.execute(
        select(
            ContentHashSHA256Component.entity_id,
            ContentHashSHA256Component.digest,
            FilePropertiesComponent.size,
        )
        .join(
            FilePropertiesComponent, FilePropertiesComponent.entity_id == ContentHashSHA256Component.entity_id
        )
        .where(ContentHashSHA256Component.entity_id.in_(entity_ids))
    )
    known = {entity: (bytes(digest), size) for entity, digest, size in rows}
    stored = find_stored(session, entity_ids)
    places = locations_of(session, [entity for entity in known if entity not in stored])
    sources: dict[int, Source] = {}
    for entity, (digest, size) in known.items():
        if entity in stored:
            sources[entity] = StoredSource(store, digest, size)
        elif place := open_place(places[entity]):
            sources[entity] = InPlaceSource(place.path, digest, size)
    return sources


def close_altered(session: Session, result: Result, source: Source | None) -> None:
    """Close the very place whose bytes turned out to be others; what the store holds has no place."""
    if not isinstance(source, InPlaceSource):
        return
    for place in locations_of(session, [result.entity_id])[result.entity_id]:
        if place.path == source.path:
            close_location(session, place.row.id, utc_now())


def open_place(places: Sequence[Location]) -> Location | None:
    """Return the place that is still open and likeliest to give the bytes: it looks as when it was seen."""
    still_open = [place for place in places if place.is_open]
    return min(still_open, key=_doubt, default=None)


def _doubt(place: Location) -> int:
    try:
        facts = FileFacts.of(stat_path(place.path))
    except OSError:
        return 2
    row = place.row
    seen = (row.size, row.mtime_ns, row.inode)
    return 0 if (facts.size, facts.mtime_ns, facts.inode) == seen else 1
