"""Assets by path: of a known place, of a file whose content is known, or of a place in an archive."""

import os

from dam.core.database import Database
from dam.core.path_text import AnyPath
from dam.errors import SourceError
from dam.ingest.folders import absolute
from dam.ingest.known import entity_at
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.member_place import find_members, ways_inside
from dam.services.source_file import digest_file


def find_by_path(database: Database, path: AnyPath) -> list[int]:
    """Return the entities at a path; several only if an archive has several of one name."""
    written = os.fsencode(path)
    found = _at_file(database, written)
    if found:
        return found
    for archive, name in ways_inside(written):
        containers = _at_file(database, archive)
        with database.read() as session:
            members = find_members(session, containers, name)
        if members:
            return members
    return []


def _at_file(database: Database, path: bytes) -> list[int]:
    """Return the entity last seen at a path, or else the one that has the content of the file there."""
    if not path:
        return []
    whole = absolute(path)
    with database.read() as session:
        known = entity_at(session, whole)
    if known is not None:
        return [known]
    try:
        digest = digest_file(whole).sha256
    except SourceError:
        return []
    with database.read() as session:
        return list(find_by_sha256(session, [digest]).values())
