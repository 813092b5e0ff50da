"""Where entities' bytes can be read: the store, or the place they were registered in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.columns import utc_now
from dam.core.content import Source
from dam.core.visit import Result
from dam.models.archive import ArchiveComponent
from dam.models.archive.container import Container
from dam.models.archive.member_source import MemberSource
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.file_location_component import Location, close_location, locations_of
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.member_location_component import MemberLocationComponent, member_places
from dam.models.stored_copy_component import find_stored
from dam.services.deep_paths import stat_path
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Store
from dam.services.sources import InPlaceSource, StoredSource


def find_sources(session: Session, store: Store, entity_ids: Sequence[int]) -> dict[int, Source]:
    """Return where to read each entity's bytes; entities whose bytes are nowhere known are left out."""
    known = _contents(session, entity_ids)
    sources = _own_sources(session, store, known)
    homeless = [entity for entity in known if entity not in sources]
    return sources | _sources_in_archives(session, store, homeless, known) if homeless else sources


def _contents(session: Session, entity_ids: Collection[int]) -> dict[int, "_Content"]:
    """Return the digest and size of entities, and of which format archives are."""
    rows = session.execute(
        select(
            ContentHashSHA256Component.entity_id,
            ContentHashSHA256Component.digest,
            FilePropertiesComponent.size,
            ArchiveComponent.media_type,
        )
        .join(
            FilePropertiesComponent, FilePropertiesComponent.entity_id == ContentHashSHA256Component.entity_id
        )
        .outerjoin(ArchiveComponent, ArchiveComponent.entity_id == ContentHashSHA256Component.entity_id)
        .where(ContentHashSHA256Component.entity_id.in_(entity_ids))
    )
    return {entity: _Content(bytes(digest), size, kind) for entity, digest, size, kind in rows}


def _own_sources(session: Session, store: Store, known: Mapping[int, "_Content"]) -> dict[int, Source]:
    """Return the sources of entities that are in the store or at a place of their own."""
    stored = find_stored(session, known)
    places = locations_of(session, [entity for entity in known if entity not in stored])
    sources: dict[int, Source] = {}
    for entity, content in known.items():
        if entity in stored:
            sources[entity] = StoredSource(store, content.digest, content.size)
        elif place := open_place(places[entity]):
            sources[entity] = InPlaceSource(place.path, content.digest, content.size)
    return sources


def _sources_in_archives(
    session: Session, store: Store, entity_ids: Sequence[int], known: Mapping[int, "_Content"]
) -> dict[int, Source]:
    """Return how to read entities through the archives that they are in; some may be in none."""
    contents, sources = dict(known), dict[int, Source]()
    places: dict[int, list[MemberLocationComponent]] = {}
    level = list(entity_ids)
    while level:
        places.update(member_places(session, level))
        around = {row.container_id for entity in level for row in places[entity]}
        new = _contents(session, around - contents.keys() - sources.keys())
        contents |= new
        sources |= _own_sources(session, store, {one: contents[one] for one in around if one in contents})
        level = [one for one in new if one not in sources and one not in places]
    # From the archives that have their own bytes inwards; what lies in a circle never gets any.
    is_found = True
    while is_found:
        is_found = False
        for entity, rows in places.items():
            row = next((row for row in rows if row.container_id in sources), None)
            if entity not in sources and row is not None:
                sources[entity] = _member_source(contents, sources, entity, row)
                is_found = True
    return {entity: sources[entity] for entity in entity_ids if entity in sources}


def _member_source(
    contents: Mapping[int, "_Content"],
    sources: Mapping[int, Source],
    entity: int,
    row: MemberLocationComponent,
) -> MemberSource:
    outer, own = contents[row.container_id], contents[entity]
    container = Container(sources[row.container_id], outer.digest, outer.media_type or "")
    return MemberSource(container, row.position, own.digest, own.size)


@dataclass(frozen=True, slots=True)
class _Content:
    digest: bytes
    size: int
    media_type: str | None


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
