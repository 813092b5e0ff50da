"""Deleting files that were added, once nothing can be lost by it."""

import hashlib
import io
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dam.errors import DamError, IntegrityError
from dam.ingest.take import Reading
from dam.models.directory import Place
from dam.models.file_location_component import close_location, find_open_locations
from dam.services.deep_paths import open_path
from dam.services.file_facts import FileFacts, why_not_regular
from dam.services.file_storage import Store
from dam.services.os_errors import store_errors, why

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_REMEMBERED = 1 << 14
"""Deletions that are remembered: more than there can be files that are read and not yet acknowledged."""


@dataclass(frozen=True)
class Removed:
    """What came of a file that was to be deleted."""

    problem: str | None = None
    """Why it is still there; None if it is gone."""
    is_damaged: bool = False
    """Whether it stays because its copy in the store is damaged or missing."""


class Removal:
    """Deletes the files of groups whose bytes are published and whose rows are committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gone: dict[bytes, None] = {}
        """The paths that were deleted last: what is named twice may have been read again meanwhile."""
        self._now: dict[FileFacts, FileFacts] = {}
        """What became of the facts of files that have lost one of their names here."""

    def remove(self, reading: Reading) -> Removed:
        """Delete a file, and raise nothing: whatever is in the way keeps the file.

        Its copy is read back first, from the disk where the system can be asked for that. A file that is
        no longer what was read stays.
        """
        if reading.path in self._gone:
            return Removed()  # It was named twice.
        try:
            _verify(reading.digests.sha256, self._store)
            problem = self._unlink(reading)
        except DamError as error:
            return Removed(error.message, is_damaged=isinstance(error, IntegrityError))
        except OSError as error:
            return Removed(why(error))
        if problem is None:
            self._gone[reading.path] = None
            _forget_oldest(self._gone)
            _forget_oldest(self._now)
        return Removed(problem)

    def _unlink(self, reading: Reading) -> str | None:
        """Delete a file unless it is another one by now; return why not. Raises OSError."""
        folder = open_path(os.path.dirname(reading.path), _FOLDER)
        try:
            file = os.open(reading.name, _FILE, dir_fd=folder)
            try:
                status = os.fstat(file)
                if reason := why_not_regular(status.st_mode):
                    return reason
                if FileFacts.of(status) != self._now.get(reading.facts, reading.facts):
                    return "it has changed since it was read"
                os.unlink(reading.name, dir_fd=folder)
                # Under its other names it has changed by that, and by nothing else.
                self._now[reading.facts] = FileFacts.of(os.fstat(file))
            finally:
                os.close(file)
        finally:
            os.close(folder)
        return None


def _forget_oldest(remembered: dict[Any, Any]) -> None:
    if len(remembered) > _REMEMBERED:
        del remembered[next(iter(remembered))]


def close_places(session: Session, places: Collection[tuple[int, Place]], when: datetime) -> None:
    """Close these places of these entities: nothing is there any more."""
    rows = find_open_locations(session, {place for _, place in places})
    for entity_id, place in places:
        row = rows.get(place)
        if row is not None and row.entity_id == entity_id:
            close_location(session, row.id, when)


def _verify(sha256: bytes, store: Store) -> None:
    """Raise IntegrityError unless the store's copy can be read back as it should be, and StoreError."""
    with store.open(sha256) as file:
        with suppress(OSError, io.UnsupportedOperation):
            # What is in memory is what was written; what counts is what the disk has.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with store_errors("cannot read from the store", sha256.hex()):
            digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
    if digest != sha256:
        raise IntegrityError(f"damaged: {sha256.hex()} in the store: its bytes hash to {digest.hex()}")
