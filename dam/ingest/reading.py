"""Reading entities' bytes back, verified, and previews."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dam.core.content import Source
from dam.core.database import Database
from dam.core.path_text import show_path
from dam.core.registry import Registry
from dam.errors import IntegrityError, NoLibrary, NothingFound, StoreError
from dam.ingest.sources import find_sources, open_place
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.file_location_component import locations_of
from dam.models.image.preview_component import PreviewComponent
from dam.models.preview import Preview
from dam.models.stored_copy_component import find_stored
from dam.services.file_storage import Store
from dam.services.source_file import CHUNK_BYTES, SourceFile, behind_link
from dam.services.sources import stored_chunks


def verified_chunks(database: Database, store: Callable[[], Store], entity: int) -> Iterator[bytes]:
    """Yield an entity's bytes; raises IntegrityError after the last chunk if they are not its own."""
    with database.read() as session:
        digest = session.scalar(
            select(ContentHashSHA256Component.digest).where(ContentHashSHA256Component.entity_id == entity)
        )
        stored = bool(find_stored(session, [entity]))
        place = open_place(locations_of(session, [entity])[entity])
        member = find_sources(session, store(), [entity]).get(entity) if not (stored or place) else None
    if member is not None:
        yield from _chunks_of(member)
        return
    if digest is None or not (stored or place):
        raise NothingFound(f"no bytes: entity {entity}: they are in no store and at no known place")
    where = f"entity {entity} in the store" if stored or not place else show_path(place.path)
    hasher = hashlib.sha256()
    for chunk in stored_chunks(store(), bytes(digest)) if stored or not place else _in_place(place.path):
        hasher.update(chunk)
        yield chunk
    if hasher.digest() != bytes(digest):
        raise IntegrityError(
            f"damaged: {where}: its bytes hash to {hasher.hexdigest()}, not {bytes(digest).hex()}",
            hint="add an intact copy of the file to heal it" if stored else None,
        )


@dataclass(frozen=True)
class FoundPreview:
    """A preview that the database knows; `data` is None if its bytes were lost."""

    component: type[Preview]
    data: bytes | None


def preview_of(database: Database, registry: Registry, store: Store, entity: int) -> FoundPreview | None:
    """Return an entity's preview, of whichever kind it is; None if it has none."""
    previews = [component for component in registry.components if issubclass(component, Preview)]
    with database.read() as session:
        for component in previews:
            digest = session.scalar(select(component.digest).where(component.entity_id == entity))
            if digest is not None:
                return FoundPreview(component, _derived(store, bytes(digest)))
    return None


def _derived(store: Store, digest: bytes) -> bytes | None:
    try:
        file = store.open_derived(digest)
    except StoreError:
        return None  # Whatever lies there is no preview: it can be made again.
    if file is None:
        return None
    with file:
        return file.read()


def previews_of(
    database: Database, store: Callable[[], Store], entities: Sequence[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield the previews of these entities that can be had; none if the store is not there."""
    with database.read() as session:
        known = select(PreviewComponent.entity_id, PreviewComponent.digest)
        rows = session.execute(known.where(PreviewComponent.entity_id.in_(entities))).all()
    for entity, digest in rows:
        try:
            file = store().open_derived(bytes(digest))
        except NoLibrary:
            return
        except StoreError:
            continue  # Whatever lies there is no preview.
        if file is not None:
            with file:
                yield entity, file.read()


def _chunks_of(source: Source) -> Iterator[bytes]:
    """Yield the bytes of a source that verifies them itself."""
    with source.content() as content, content.open() as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _in_place(path: bytes) -> Iterator[bytes]:
    with SourceFile.open(behind_link(path)) as source:
        yield from source.chunks()
