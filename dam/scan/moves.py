"""Looking for the content of missing places at files that the library does not know.

Only files of a missing one's size are read, those first that also have its inode and time, and none is
believed before it was hashed.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from dam.core.batched import batched
from dam.core.columns import utc_now
from dam.core.database import Database
from dam.errors import SourceError
from dam.ingest.folders import Folders
from dam.ingest.own_files import DatabaseFiles, OwnFiles
from dam.ingest.walk import Walker
from dam.models.directory import Place, find_directories
from dam.models.file_location_component import find_open_locations
from dam.scan.missing import MissingPlaces
from dam.scan.record import Finding, Read
from dam.services.deep_paths import stat_path
from dam.services.digests import digest_chunks
from dam.services.file_facts import FileFacts
from dam.services.source_file import read_settled
from dam.services.temporary_map import TemporaryMap

_AT_ONCE = 256
Devices = frozenset[int]
_Found = tuple[bytes, FileFacts]
"""A file that a walk came by: its path, and what the file system said of it."""


@dataclass(frozen=True)
class _Bounds(OwnFiles):
    """What no walk enters: what belongs to the library, and file systems that nobody asked about."""

    devices: Devices

    def is_own(self, status: os.stat_result) -> bool:
        """Tell whether a folder is to be left out."""
        is_foreign = stat.S_ISDIR(status.st_mode) and status.st_dev not in self.devices
        return is_foreign or super().is_own(status)


class MoveSearch:
    """Finds where missing content is now."""

    def __init__(self, database: Database, own: OwnFiles, devices: Devices, missing: MissingPlaces) -> None:
        self._database = database
        self._own = own
        self._devices = devices
        """The file systems that may be walked over; others are not entered."""
        self._missing = missing
        self._folders = Folders()
        self._read: TemporaryMap[bytes] = TemporaryMap()

    def find(self, tops: Sequence[bytes]) -> Iterator[tuple[int, Finding, Read]]:
        """Yield missing places, each with its root's number and a file below `tops` that has its content.

        Each place and each file comes once.
        """
        for certain in (True, False):
            for top in tops if self._missing.left else ():
                candidates = (
                    found
                    for found in self._files(top)
                    if self._missing.has_size(found[1].size)
                    if not certain or self._missing.has_look(found[1])
                )
                for batch in batched(candidates, _AT_ONCE):
                    yield from self._match(batch)

    def _files(self, top: bytes) -> Iterator[_Found]:
        devices = self._devices | _devices_above(top)
        bounds = _Bounds(self._own.folders, self._own.database, devices)
        # Also what is ignored: a file may have been moved there.
        for listing in Walker(bounds, DatabaseFiles(bounds), ignore=False).walk(top):
            if not self._missing.left:
                return
            for name, status in listing.files:
                yield os.path.join(listing.folder, name), FileFacts.of(status)

    def _match(self, batch: Sequence[_Found]) -> Iterator[tuple[int, Finding, Read]]:
        for path in self._unknown(batch):
            if path in self._read:
                continue
            self._read.put(path)
            read = self._read_one(path)
            found = self._missing.take(read) if read else None
            if read and found:
                yield *found, read

    def _unknown(self, batch: Sequence[_Found]) -> list[bytes]:
        """Return the files of a batch that are at no open place."""
        folders = {}
        for path, _ in batch:
            try:
                folders[path] = self._folders.of(os.path.dirname(path))
            except OSError:
                continue
        with self._database.read() as session:
            numbers = find_directories(session, set(folders.values()))
            places = {
                path: Place(numbers[folder], os.path.basename(path))
                for path, folder in folders.items()
                if folder in numbers
            }
            known = find_open_locations(session, set(places.values()))
        return [path for path in folders if places.get(path) not in known]

    def _read_one(self, path: bytes) -> Read | None:
        try:
            if not self._missing.has_size(stat_path(path).st_size):
                return None  # All that it could have been were found meanwhile.
            seen = utc_now()
            facts, digests = read_settled(path, lambda source: digest_chunks(source.chunks()))
            return Read(path, self._folders.of(os.path.dirname(path)), facts, digests, seen)
        except (SourceError, OSError):
            return None


def _devices_above(top: bytes) -> Devices:
    """Return the file systems on the way to a folder: whoever is in it is on them as well."""
    devices = set()
    path = os.path.realpath(top)
    while True:
        with suppress(OSError):
            devices.add(stat_path(path).st_dev)
        if path in (b"/", b""):
            return frozenset(devices)
        path = os.path.dirname(path)
