"""Recognition: the system that finds out of which media kind an entity is."""

import zlib
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.component import Component, Kind
from dam.core.content import Content
from dam.core.database import insert_or_ignore
from dam.core.system import System

NAME = "kind.recognise"


class FileExtensionComponent(Component):
    """An extension the content is or was known by: lower case, no dot, empty for a name without one."""

    extension: Mapped[str] = mapped_column(Text, primary_key=True)


def extension_of(name: bytes) -> str:
    """Return a file name's extension in lower case, or "" if it has none that a format could have."""
    _, dot, last = name.rpartition(b".")
    if not dot or len(last) > 16 or not last.isalnum():
        return ""
    return last.decode("ascii").lower()


def add_extensions(
    session: Session, pairs: Collection[tuple[int, str]], *, fresh: Collection[int] = ()
) -> set[int]:
    """Add these extensions to their entities; return the entities for which one is new.

    Entities in `fresh` are known to have none.
    """
    older = {entity_id for entity_id, _ in pairs}.difference(fresh)
    known: set[tuple[int, str]] = set()
    if older:
        columns = (FileExtensionComponent.entity_id, FileExtensionComponent.extension)
        rows = session.execute(select(*columns).where(FileExtensionComponent.entity_id.in_(older)))
        known.update((entity_id, extension) for entity_id, extension in rows)
    missing = sorted(set(pairs) - known)
    if missing:
        rows_to_add = [{"entity_id": entity_id, "extension": extension} for entity_id, extension in missing]
        session.execute(insert_or_ignore(session, FileExtensionComponent), rows_to_add)
    return {entity_id for entity_id, _ in missing}


@cache
def recognition_system(kinds: tuple[type[Kind], ...]) -> System[..., Any]:
    """Return the system that recognises these kinds.

    Its version is the set of kinds with their own versions, so installing a kind makes every entity
    pending for recognition, and nothing else where the answer stays the same.
    """
    return _Recognition(tuple(sorted(kinds, key=lambda kind: (kind.is_last_resort, kind.__tablename__))))


class _Recognition(System[..., Any]):
    """A system whose products are the installed kinds."""

    def __init__(self, kinds: tuple[type[Kind], ...]) -> None:
        self.kinds = kinds
        text = ",".join(f"{kind.__tablename__}={kind.recognition_version}" for kind in kinds)
        super().__init__(self._recognise, version=1 + zlib.crc32(text.encode()), name=NAME)

    def _find_products(self) -> tuple[type[Component], ...]:
        return self.kinds

    def __reduce__(self) -> tuple[Any, ...]:
        return (recognition_system, (self.kinds,))

    def _recognise(self, content: Content, extensions: tuple[FileExtensionComponent, ...]) -> Kind | None:
        head = content.head()
        names = frozenset(e.extension for e in extensions)
        for kind in self.kinds:
            media_type = kind.recognise(head, names)
            if media_type is not None:
                return kind(media_type=media_type)
        return None
