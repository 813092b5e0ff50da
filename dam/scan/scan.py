"""Comparing the places that the library knows with the disk.

What is gone is told from what cannot be seen: see `roots` and `look`. A place is closed as missing at the
end, when its content was looked for elsewhere, and only if its root is still there then.
"""

import os
import platform
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, count

from dam.core.batched import batched
from dam.core.database import Database
from dam.ingest.folders import absolute
from dam.ingest.own_files import OwnFiles
from dam.models.archive.nesting import in_stored_archives
from dam.models.content_hash_sha256_component import digests_of
from dam.models.directory import Folder, KnownRoot, roots_of
from dam.models.file_location_component import (
    KnownFolder,
    KnownPlace,
    count_open_places_besides,
    entities_with_places,
)
from dam.models.stored_copy_component import find_stored
from dam.scan.compare import compare, take_offline
from dam.scan.look import has_any_of, look_at_folder
from dam.scan.missing import MissingPlaces
from dam.scan.moves import MoveSearch
from dam.scan.record import Finding, ScanRecorder
from dam.scan.roots import Offline, OpenRoot, open_root
from dam.scan.scanned import ScannedPlace, ScanStatus, Surroundings
from dam.scan.scope import Part, known_folders, known_parts, parts_of, without_those_inside
from dam.services.temporary_map import TemporaryMap

GROUP_PLACES = 256
GROUP_SECONDS = 1.0

_UNRECOGNISED = Offline(
    "nothing tells whether it is the file system that is meant: none of the files known there is there",
    "if it is, add what is on it once more: add-asset -r",
)
_WENT = Offline("it went away during the scan", "scan again when it is back")
_AT_ONCE = 500
"""Entities in one statement."""
_NOT_WRITTEN = frozenset({ScanStatus.PRESENT, ScanStatus.FAILED})


class Scan(Iterator[ScannedPlace]):
    """A scan under way: yields each place, once what is said of it is written."""

    def __init__(
        self, database: Database, recorder: ScanRecorder, own: OwnFiles, paths: Sequence[bytes]
    ) -> None:
        self.surroundings = Surroundings()
        self._database = database
        self._recorder = recorder
        self._own = own
        self._paths = without_those_inside([absolute(path) for path in paths])
        self._tops: set[bytes] = set(self._paths)
        self._group: list[tuple[OpenRoot | None, Finding]] = []
        self._since = time.monotonic()
        self._roots: list[OpenRoot] = []
        self._missing = MissingPlaces()
        self._replaced: TemporaryMap[int] = TemporaryMap()
        """Changed places that look like the last of their contents: that is certain only at the end."""
        self._numbers = count()
        self._with_unknown_files: TemporaryMap[bytes] = TemporaryMap()
        """Folders of which files were counted that may turn out to have moved there."""
        self._closed: TemporaryMap[int] = TemporaryMap()
        self._found: TemporaryMap[int] = TemporaryMap()
        self._places = self._scan()

    def __next__(self) -> ScannedPlace:
        return next(self._places)

    def close(self) -> None:
        """End the scan where it is; what was yielded is written."""
        self._places.close()

    def _scan(self) -> Generator[ScannedPlace, None, None]:
        with self._database.read() as session:
            roots = roots_of(session, platform.node())
            self.surroundings.elsewhere = count_open_places_besides(session, [known.id for known in roots])
        with ExitStack() as stack:
            for known, parts in self._parts(roots).items():
                yield from self._scan_root(known, parts, stack)
            yield from self._settle_missing()
            yield from self._mark_last_copies(self._replaced.values())

    def _parts(self, roots: Sequence[KnownRoot]) -> dict[KnownRoot, list[Part]]:
        parts: dict[KnownRoot, list[Part]] = {}
        for path in self._paths:
            known = known_parts(self._database, parts_of(roots, path))
            if not known:
                self.surroundings.unknown_paths.append(path)
            for part in known:
                parts.setdefault(part.root, []).append(part)
        return parts if self._paths else {known: [Part(known, b"")] for known in roots}

    def _scan_root(self, known: KnownRoot, parts: Sequence[Part], stack: ExitStack) -> Iterator[ScannedPlace]:
        folders = chain.from_iterable(
            ((part, *one) for one in known_folders(self._database, part)) for part in parts
        )
        first = next(folders, None)
        if first is None:
            return
        opened = self._open(known)
        if isinstance(opened, OpenRoot):
            stack.callback(opened.close)
            self._roots.append(opened)
        for part, folder, places in chain([first], folders):
            if isinstance(opened, Offline):
                yield from self._take_all_offline(known, folder, places, opened)
            else:
                yield from self._scan_folder(opened, part, folder, places)
        yield from self._write()

    def _open(self, known: KnownRoot) -> OpenRoot | Offline:
        """Open a root, if need be by recognising one of its files."""
        opened = open_root(known.root)
        if isinstance(opened, Offline) or opened.is_certain:
            return opened
        if opened.device in {device for device, _ in self._own.folders}:
            return opened  # It holds the store, whose marker was checked.
        for folder, places in known_folders(self._database, Part(known, b"")):
            if has_any_of(opened, folder.path, places):
                return opened
        opened.close()
        return _UNRECOGNISED

    def _take_all_offline(
        self, known: KnownRoot, folder: KnownFolder, places: Sequence[KnownPlace], offline: Offline
    ) -> Iterator[ScannedPlace]:
        top = known.root.path
        prefix = os.path.join(top, folder.path, b"")
        for place in places:
            said = ScannedPlace(prefix + place.name, ScanStatus.OFFLINE, place.entity_id)
            yield from self._put(None, take_offline(Finding(place, said), top, offline))

    def _scan_folder(
        self, opened: OpenRoot, part: Part, folder: KnownFolder, places: Sequence[KnownPlace]
    ) -> Iterator[ScannedPlace]:
        seen = look_at_folder(opened, folder.path, places, self._own.files(), whole=part.name is None)
        root = opened.root
        prefix = os.path.join(root.path, folder.path, b"")
        if seen.unknown_files:
            self.surroundings.unknown_files += seen.unknown_files
            self._with_unknown_files.put(os.path.dirname(prefix))
        if not self._paths and seen.nearest is not None:
            self._search_later(root.path, seen.nearest)
        here = Folder(root, folder.path)
        for place, sight in zip(places, seen.sights, strict=True):
            path = prefix + place.name
            finding = compare(here, path, place, sight, self._digest_of)
            if finding.said.status is ScanStatus.MISSING:
                self._missing.add(len(self._roots) - 1, finding)
            elif finding.said.status in _NOT_WRITTEN:
                yield finding.said
            else:
                yield from self._put(opened, finding)

    def _search_later(self, mount: bytes, folder: bytes) -> None:
        """Remember where moved files may be, but for a whole system because of one folder that is gone."""
        if mount != b"/" or folder:
            self._tops.add(os.path.join(mount, folder).rstrip(b"/") or b"/")

    def _settle_missing(self) -> Iterator[ScannedPlace]:
        """Look for what is missing elsewhere; say of the rest that it is missing."""
        missing = self._missing
        for entities in missing.entities():
            with self._database.read() as session:
                digests = digests_of(session, sorted(set(entities.values())))
            for number, entity in entities.items():
                if digest := digests.get(entity):
                    missing.seek(number, digest)
        devices = frozenset(self._roots[number].device for number in missing.roots())
        search = MoveSearch(self._database, self._own, devices, missing)
        for number, finding, read in search.find(without_those_inside(sorted(self._tops))):
            said = replace(finding.said, status=ScanStatus.MOVED, moved_to=read.path, reason=None)
            yield from self._put(self._roots[number], Finding(finding.place, said, read))
        yield from self._write()
        for _, finding in missing.rest():
            self._closed.put(finding.place.id)
        for number, finding in missing.rest():
            yield from self._put(self._roots[number], finding)
        yield from self._write()

    def _put(self, opened: OpenRoot | None, finding: Finding) -> Iterator[ScannedPlace]:
        if not self._group:
            self._since = time.monotonic()
        self._group.append((opened, finding))
        if len(self._group) >= GROUP_PLACES or time.monotonic() - self._since > GROUP_SECONDS:
            yield from self._write()

    def _write(self) -> Iterator[ScannedPlace]:
        """Write the group; what lies on a root that went away meanwhile is offline, whatever was seen."""
        opened = {id(root): root for root, _ in self._group if root is not None}
        gone = {key for key, root in opened.items() if not root.is_still_there()}
        findings = [
            take_offline(finding, root.root.path, _WENT) if root and id(root) in gone else finding
            for root, finding in self._group
        ]
        self._group.clear()
        closed: list[ScannedPlace] = []
        for finding, said in zip(findings, self._recorder.record(findings), strict=True):
            if said.status in (ScanStatus.MISSING, ScanStatus.CHANGED):
                self._closed.put(finding.place.id)
                closed.append(said)
                continue
            if said.status is ScanStatus.MOVED and said.moved_to:
                self._found.put(said.entity)
                is_counted = os.path.dirname(said.moved_to) in self._with_unknown_files
                self.surroundings.unknown_files -= is_counted
            yield said
        for said in closed:
            if said.new_entity is not None:
                self._found.put(said.new_entity)
        for said in self._mark_last_copies(closed):
            if said.last_copy_gone and said.status is ScanStatus.CHANGED:
                # The same bytes may yet be found at another place.
                self._replaced.put(next(self._numbers), said)
            else:
                yield said

    def _mark_last_copies(self, places: Iterable[ScannedPlace]) -> Iterator[ScannedPlace]:
        """Yield closed places, marked if the library knows of no other bytes of their contents."""
        for some in batched(places, _AT_ONCE):
            entities = {said.entity for said in some}
            safe = {entity for entity in entities if entity in self._found}
            with self._database.read() as session:
                safe |= find_stored(session, entities)
                safe |= in_stored_archives(session, entities - safe)
                safe |= entities_with_places(session, entities, besides=self._closed)
            for said in some:
                yield replace(said, last_copy_gone=said.entity not in safe)

    def _digest_of(self, entity: int) -> bytes | None:
        with self._database.read() as session:
            return digests_of(session, [entity]).get(entity)
