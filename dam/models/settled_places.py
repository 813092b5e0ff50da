"""Whole folders of known places at a time, as plain rows: what is read of every file of every tree.

Text and tuples, since a statement object and an ORM object for each file would cost more than looking
at the file itself does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

RACY_MICROSECONDS = 2_000_000
"""A file touched this shortly before it was read may have changed since with the same times."""

SettledPlace = tuple[bytes, bytes, int, bytes | None, int, int, int, int]
"""Directory digest, name, entity, SHA-256, size, mtime_ns, ctime_ns and inode, the last one signed."""

_ROWS = 4096
_SELECT = """
SELECT directory.digest, place.name, place.entity_id, {sha256},
       place.size, place.mtime_ns, place.ctime_ns, place.inode
FROM directory JOIN file_location AS place ON place.directory_id = directory.id
{join}
WHERE directory.root_id = ? AND directory.digest IN ({folders}) {names}
AND place.closed_at IS NULL AND place.state = 'present' {stored}
AND place.mtime_ns < (place.last_seen - {racy}) * 1000
AND place.ctime_ns < (place.last_seen - {racy}) * 1000
"""
_JOIN = "JOIN content_hash_sha256 AS content ON content.entity_id = place.entity_id"
_STORED = "AND EXISTS (SELECT 1 FROM stored_copy WHERE stored_copy.entity_id = place.entity_id)"
_STEPS = (1, 16, 64, 256)


@dataclass(frozen=True)
class SettledPlaces:
    """The open places below a root whose files need not be read if they look the same.

    Those are present, and their times are to be trusted. With `stored` a store must hold the bytes;
    only with `sha256` is that filled in.
    """

    session: Session
    root_id: int
    stored: bool
    sha256: bool

    def in_folders(self, digests: Sequence[bytes]) -> Iterator[SettledPlace]:
        """Yield all those in some directories."""
        padded = _padded(digests)
        return self._rows(len(padded), "", *padded)

    def between(self, digest: bytes, first: bytes, last: bytes) -> Iterator[SettledPlace]:
        """Yield those in one directory from the name `first` to `last`."""
        return self._rows(1, "AND place.name BETWEEN ? AND ?", digest, first, last)

    def named(self, digest: bytes, names: Sequence[bytes]) -> Iterator[SettledPlace]:
        """Yield those in one directory that have these names."""
        padded = _padded(names)
        return self._rows(1, f"AND place.name IN ({_marks(len(padded))})", digest, *padded)

    def _rows(self, folders: int, names: str, *values: bytes) -> Iterator[SettledPlace]:
        statement = _SELECT.format(
            sha256="content.digest" if self.sha256 else "NULL",
            join=_JOIN if self.sha256 else "",
            folders=_marks(folders),
            names=names,
            stored=_STORED if self.stored else "",
            racy=RACY_MICROSECONDS,
        )
        connection = self.session.connection()
        if connection.dialect.paramstyle != "qmark":
            statement = statement.replace("?", "%s")
        parameters = (self.root_id, *values)
        cursor = connection.exec_driver_sql(statement, parameters).cursor
        try:
            while rows := cursor.fetchmany(_ROWS):
                yield from rows
        except connection.dialect.loaded_dbapi.Error as error:
            # These are the driver's own rows, which is faster, and so are the errors.
            raise DBAPIError(statement, parameters, error) from error


def _padded(values: Sequence[bytes]) -> list[bytes]:
    """Repeat the last value, so that there are few different statements and each stays prepared."""
    wanted = next((step for step in _STEPS if step >= len(values)), len(values))
    return [*values, *[values[-1]] * (wanted - len(values))]


def _marks(count: int) -> str:
    return ",".join("?" * count)
