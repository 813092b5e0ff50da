"""What a library holds, told without ids and times, so that two libraries can be compared.

Everything hangs on the SHA-256 of the content. Left out is what may rightly differ between two runs
over the same files: ids, the moments of sightings, and which of several names came first.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Entity, column_names, search_name
from dam.core.config import Settings
from dam.core.database import Database
from dam.core.ledger import LedgerRow, SystemRow
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.directory import DirectoryRow, RootRow
from dam.models.stored_copy_component import StoreRow
from dam.plugins import installed

Dump = dict[str, dict[str, list[str]]]
"""By content (or a part of the library), by component: the rows as text, sorted."""

_LEFT_OUT = {
    "FileProperties": {"original_name"},
    "FileLocation": {"id", "directory_id", "first_seen", "last_seen"},
    "StoredCopy": {"store_id"},
    "MemberLocation": {"id", "container_id", "first_seen"},
    "ArchiveExpansion": {"outermost_id"},
}
_REFERENCES = {
    "FileLocation": "directory_id",
    "StoredCopy": "store_id",
    "MemberLocation": "container_id",
    "ArchiveExpansion": "outermost_id",
}


def canonical_dump(settings: Settings) -> Dump:
    """Return everything that the database and the local store of these settings hold."""
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            dump = dict(_rows_by_content(session))
            dump["the library"] = {"directories": sorted(_directories(session).values())}
    finally:
        database.close()
    store = Path(settings.store)
    for part in ("objects", "derived"):
        dump["the library"][part] = sorted(path.name for path in _files_below(store / part))
    # What is in quarantine has a name of its own each time, which begins with the digest.
    dump["the library"]["quarantine"] = sorted(path.name[:64] for path in _files_below(store / "quarantine"))
    return dump


def _rows_by_content(session: Session) -> Iterator[tuple[str, dict[str, list[str]]]]:
    digests = session.execute(
        select(Entity.id, ContentHashSHA256Component.digest).outerjoin(
            ContentHashSHA256Component, ContentHashSHA256Component.entity_id == Entity.id
        )
    ).all()
    rows: dict[int, dict[str, list[str]]] = {entity: {} for entity, _ in digests}
    for entity, name, text in (*_components(session), *_ledger(session)):
        rows[entity].setdefault(name, []).append(text)
    for entity, digest in digests:
        named = bytes(digest).hex() if digest else f"entity {entity} without content"
        yield named, {name: sorted(texts) for name, texts in rows[entity].items()}


def _components(session: Session) -> Iterator[tuple[int, str, str]]:
    contents = _contents(session)
    further: dict[str, dict[int, str]] = {
        "FileLocation": _directories(session),
        "StoredCopy": {row.id: row.uuid for row in session.scalars(select(StoreRow))},
        "MemberLocation": contents,
        "ArchiveExpansion": contents,
    }
    for component in installed().registry.components:
        name = search_name(component)
        kept = [column for column in column_names(component) if column not in _LEFT_OUT.get(name, ())]
        for row in session.scalars(select(component)):
            values = {column: _plain(column, getattr(row, column)) for column in kept}
            # What a row refers to stands in the place of its id.
            referred = f"{further[name][getattr(row, _REFERENCES[name])]} " if name in further else ""
            yield row.entity_id, name, f"{referred}{values}"


def _contents(session: Session) -> dict[int, str]:
    rows = session.execute(select(ContentHashSHA256Component.entity_id, ContentHashSHA256Component.digest))
    return {entity: bytes(digest).hex() for entity, digest in rows}


def _plain(column: str, value: Any) -> Any:
    if column == "closed_at":
        return value is not None
    return bytes(value) if isinstance(value, memoryview) else value


def _ledger(session: Session) -> Iterator[tuple[int, str, str]]:
    entries = session.execute(
        select(LedgerRow, SystemRow.name).join(SystemRow, SystemRow.id == LedgerRow.system_id)
    )
    for row, system in entries:
        yield row.entity_id, "ledger", f"{system} {row.version} {row.outcome} {row.message}"


def _directories(session: Session) -> dict[int, str]:
    rows = session.execute(
        select(DirectoryRow.id, RootRow.path, DirectoryRow.path).join(
            RootRow, RootRow.id == DirectoryRow.root_id
        )
    )
    return {number: os.fsdecode(os.path.join(bytes(root), bytes(path))) for number, root, path in rows}


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if not path.is_dir())
