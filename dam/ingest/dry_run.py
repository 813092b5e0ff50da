"""What adding would do, found out without writing anything."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dam.core.database import Database
from dam.errors import SourceError
from dam.ingest.add import grouped
from dam.ingest.added import Added, AddStatus
from dam.ingest.folders import Folders
from dam.ingest.known import find_unchanged
from dam.ingest.listing import Candidate, FoundKind
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.directory import Place, find_directories
from dam.models.file_location_component import find_open_locations
from dam.models.stored_copy_component import find_stored
from dam.services.file_storage import Store
from dam.services.source_file import NotRegular, digest_file


@dataclass
class _Seen:
    """What the dry run has come by so far: it would be in the library by now."""

    contents: set[bytes] = field(default_factory=set)
    places: dict[bytes, bytes] = field(default_factory=dict)


def foretell(database: Database, candidates: Iterable[Candidate], store: Store | None) -> Iterator[Added]:
    """Yield what adding each candidate would end in; files that must be are read and hashed.

    Without a `store` the files are to be registered where they are.
    """
    folders = Folders()
    seen = _Seen()
    for group in grouped(candidates):
        yield from _foretell_group(database, folders, group, seen, store)


def _foretell_group(
    database: Database, folders: Folders, group: Sequence[Candidate], seen: _Seen, store: Store | None
) -> Iterator[Added]:
    with database.read() as session:
        unchanged = find_unchanged(session, folders, group, store)
    for index, candidate in enumerate(group):
        if candidate.verdict is not FoundKind.FILE:
            yield Added.of(candidate)
        elif index in unchanged:
            yield unchanged[index]
        else:
            yield _foretell(database, folders, candidate, seen, copied=store is not None)


def _foretell(
    database: Database, folders: Folders, candidate: Candidate, seen: _Seen, *, copied: bool
) -> Added:
    try:
        sha256 = digest_file(candidate.path).sha256
        folder = folders.of(os.path.dirname(candidate.path))
    except NotRegular as error:
        return Added.refused(candidate, AddStatus.SKIPPED, error)
    except (SourceError, OSError) as error:
        return Added.refused(candidate, AddStatus.FAILED, error)
    with database.read() as session:
        entity = find_by_sha256(session, [sha256]).get(sha256)
        number = find_directories(session, [folder]).get(folder)
        place = Place(number, os.path.basename(candidate.path)) if number is not None else None
        row = find_open_locations(session, [place]).get(place) if place else None
        stored = entity is not None and bool(find_stored(session, [entity]))
    is_known_there = row is not None and row.entity_id == entity and (stored or not copied)
    if is_known_there or seen.places.get(candidate.path) == sha256:
        status = AddStatus.UNCHANGED
    elif entity is None and sha256 not in seen.contents:
        status = AddStatus.NEW
    else:
        status = AddStatus.DUPLICATE
    seen.contents.add(sha256)
    seen.places[candidate.path] = sha256
    return Added(candidate.path, status, entity, sha256, named=candidate.named)
