"""What is written of a content besides its digest: what never changes of it, and what it is called."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dam.core.component import table_of
from dam.core.recognition import add_extensions, extension_of
from dam.models.content_hash_md5_component import ContentHashMD5Component
from dam.models.file_properties_component import FilePropertiesComponent
from dam.services.digests import Digests


class Named(Protocol):
    """A content that was read under some name."""

    @property
    def name(self) -> bytes:
        """Give the last part of the path."""
        ...

    @property
    def digests(self) -> Digests:
        """Give what it is known by."""
        ...


def describe_new(
    session: Session, readings: Sequence[Named], entities: Sequence[int], created: set[int]
) -> None:
    """Write what never changes of the contents that this transaction is the first to record."""
    firsts: dict[int, Named] = {}
    for entity, reading in zip(entities, readings, strict=True):
        if entity in created:
            firsts.setdefault(entity, reading)
    if not firsts:
        return
    new = sorted(firsts.items(), key=lambda pair: pair[0])
    session.execute(
        insert(table_of(ContentHashMD5Component)),
        [{"entity_id": entity, "digest": reading.digests.md5} for entity, reading in new],
    )
    session.execute(
        insert(table_of(FilePropertiesComponent)),
        [
            {"entity_id": entity, "size": reading.digests.size, "original_name": reading.name}
            for entity, reading in new
        ],
    )


def extend(
    session: Session, readings: Sequence[Named], entities: Sequence[int], created: set[int]
) -> set[int]:
    """Add extensions; return the entities that are to be recognised again because they have got more."""
    pairs = {(e, extension_of(r.name)) for e, r in zip(entities, readings, strict=True)}
    extended = add_extensions(session, pairs, fresh=created)
    # The first visit of a new content was told the extension of one of its names.
    names = Counter(entity for entity, _ in pairs)
    return (extended - created) | {entity for entity in created if names[entity] > 1}
