"""What must hold of a library and of the files it was made from at any moment, crash or no crash."""

import gc
import hashlib
import json
import os
import re
import sqlite3
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dam.core.config import Settings
from dam.core.database import Database
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.file_location_component import locations_of
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.stored_copy_component import find_stored

Acknowledgement = dict[str, Any]
"""One line of `add-asset --json`."""


def acknowledgements(stdout: str) -> list[Acknowledgement]:
    """Return what a process acknowledged; a line without its end was not said yet."""
    return [json.loads(line) for line in stdout.split("\n")[:-1]]


def broken_laws(
    settings: Settings,
    acknowledged: Sequence[Acknowledgement] = (),
    *,
    damaged_before: Collection[str] = (),
) -> list[str]:
    """Return every law that a library breaks, in words.

    `damaged_before` names objects that were damaged on purpose: until somebody acknowledges their
    content they may stay so, or lie in quarantine with nothing in their place yet.
    """
    safe = {line["sha256"] for line in acknowledged if line["sha256"]}
    excused = set(damaged_before) - safe
    sizes = _claimed_sizes(settings)
    return [
        *_broken_by_objects(Path(settings.store), excused),
        *_broken_by_claims(Path(settings.store), sizes, excused),
        *_broken_promises(settings, acknowledged, sizes),
        *_broken_database(settings),
    ]


def leftovers(settings: Settings) -> list[str]:
    """Return the temporary files that lie in the store, and the folders of writers."""
    gc.collect()  # A store takes its folder with it when nobody refers to the store any more.
    folder = Path(settings.store) / "tmp"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def tree_state(top: Path) -> dict[str, tuple[Any, ...]]:
    """Return everything about a tree that adding must not change, by path."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in (top, *sorted(top.rglob("*"))):
        status = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path.relative_to(top))] = (
            hashlib.sha256(content).hexdigest(),
            status.st_mode,
            status.st_uid,
            status.st_gid,
            status.st_ino,
            status.st_nlink,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
    return found


def object_path(store: Path, sha256: str) -> Path:
    """Return where the store keeps the bytes with this digest."""
    return store / "objects" / sha256[:2] / sha256[2:4] / sha256


def _claimed_sizes(settings: Settings) -> dict[str, int | None]:
    """Return the contents that the database says are in the store, with the size it says they have."""
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            rows = session.execute(
                select(
                    ContentHashSHA256Component.entity_id,
                    ContentHashSHA256Component.digest,
                    FilePropertiesComponent.size,
                ).outerjoin(
                    FilePropertiesComponent,
                    FilePropertiesComponent.entity_id == ContentHashSHA256Component.entity_id,
                )
            ).all()
            stored = find_stored(session, [row[0] for row in rows])
            return {bytes(digest).hex(): size for entity, digest, size in rows if entity in stored}
    finally:
        database.close()


def _broken_by_objects(store: Path, excused: Collection[str]) -> Iterator[str]:
    for path in (store / "objects").rglob("*"):
        if path.is_dir():
            continue
        if not re.fullmatch(r"[0-9a-f]{64}", path.name) or path != object_path(store, path.name):
            yield f"a stranger among the objects: {path}"
        elif path.name not in excused and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            yield f"an object that does not hash to its name: {path.name}"
        elif path.name not in excused and stat.S_IMODE(path.stat().st_mode) != 0o444:
            yield f"an object that can be written: {path.name}"


def _broken_by_claims(store: Path, sizes: dict[str, int | None], excused: Collection[str]) -> Iterator[str]:
    for sha256, size in sizes.items():
        path = object_path(store, sha256)
        if sha256 in excused:
            continue
        if not path.is_file():
            yield f"a row claims bytes that are not in the store: {sha256}"
        elif path.stat().st_size != size:
            yield f"a row claims {size} bytes where {path.stat().st_size} are: {sha256}"


def _broken_promises(
    settings: Settings, acknowledged: Sequence[Acknowledgement], sizes: dict[str, int | None]
) -> Iterator[str]:
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            entities = sorted({line["entity"] for line in acknowledged if line["entity"] is not None})
            hashes = session.scalars(
                select(ContentHashSHA256Component).where(ContentHashSHA256Component.entity_id.in_(entities))
            )
            digests = {row.entity_id: bytes(row.digest).hex() for row in hashes}
            places = locations_of(session, entities)
    finally:
        database.close()
    for line in acknowledged:
        if line["sha256"] is None:
            continue
        path = os.fsencode(line["path"])
        if digests.get(line["entity"]) != line["sha256"]:
            yield f"acknowledged and not in the database: {line}"
        elif path not in {place.path for place in places[line["entity"]] if place.is_open}:
            yield f"acknowledged and its place is not known: {line}"
        elif line["sha256"] not in sizes:
            yield f"acknowledged and not claimed to be in the store: {line}"
        elif not _holds(Path(settings.store), line["sha256"]):
            yield f"acknowledged and not whole in the store: {line}"


def _holds(store: Path, sha256: str) -> bool:
    path = object_path(store, sha256)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _broken_database(settings: Settings) -> Iterator[str]:
    path = Database(settings.database_url).sqlite_path
    if path is None:
        return
    with closing(sqlite3.connect(path)) as connection:
        for (answer,) in connection.execute("PRAGMA integrity_check"):
            if answer != "ok":
                yield f"the database is damaged: {answer}"
        for row in connection.execute("PRAGMA foreign_key_check"):
            yield f"a row refers to nothing: {row}"
