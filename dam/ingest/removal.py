"""Deleting a file that was added, once nothing can be lost by it."""

import hashlib
import io
import os
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from dam.errors import IntegrityError
from dam.ingest.take import Reading
from dam.models.directory import Place
from dam.models.file_location_component import close_location, find_open_locations
from dam.services.deep_paths import open_path
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Store
from dam.services.os_errors import why

_FOLDER = os.O_PATH | os.O_DIRECTORY


def remove_source(reading: Reading, store: Store) -> str | None:
    """Delete a file whose bytes are published and whose row is committed; return why not, or None.

    Its copy is read back first, from the disk where the system can be asked for that. A file that is no
    longer what was read stays. Raises StoreError.
    """
    _verify(reading.digests.sha256, store)
    try:
        folder = open_path(os.path.dirname(reading.path), _FOLDER)
    except OSError as error:
        return why(error)
    try:
        status = os.stat(reading.name, dir_fd=folder, follow_symlinks=False)
        if FileFacts.of(status) != reading.facts:
            return "it has changed since it was read"
        os.unlink(reading.name, dir_fd=folder)
    except OSError as error:
        return why(error)
    finally:
        os.close(folder)
    return None


def close_places(session: Session, places: Collection[tuple[int, Place]], when: datetime) -> None:
    """Close these places of these entities: nothing is there any more."""
    rows = find_open_locations(session, {place for _, place in places})
    for entity_id, place in places:
        row = rows.get(place)
        if row is not None and row.entity_id == entity_id:
            close_location(session, row.id, when)


def _verify(sha256: bytes, store: Store) -> None:
    """Raise IntegrityError unless the store's copy can be read back as it should be."""
    with store.open(sha256) as file:
        with suppress(OSError, io.UnsupportedOperation):
            # What is in memory is what was written; what counts is what the disk has.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
    if digest != sha256:
        raise IntegrityError(
            f"damaged: {sha256.hex()} in the store: its bytes hash to {digest.hex()}",
            hint="nothing was deleted; add the file again without --move to heal it",
        )
