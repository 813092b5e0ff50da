"""What a database driver's error means to a user."""

import re

from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from dam.errors import (
    Busy,
    DamError,
    DatabaseError,
    IntegrityError,
    NoLibrary,
    NoSpace,
    NotWritable,
    SchemaError,
)

_SQLITE: dict[str, type[DamError]] = {
    "SQLITE_BUSY": Busy,
    "SQLITE_LOCKED": Busy,
    "SQLITE_FULL": NoSpace,
    "SQLITE_IOERR_SHMSIZE": NoSpace,  # no room for the WAL's index
    "SQLITE_CORRUPT": IntegrityError,
    "SQLITE_NOTADB": IntegrityError,
    "SQLITE_CANTOPEN": DatabaseError,
    "SQLITE_READONLY": NotWritable,
}
_POSTGRESQL: dict[str, type[DamError]] = {
    "55P03": Busy,  # lock not available
    "57014": Busy,  # statement timeout
    "25006": NotWritable,  # a read-only transaction, as on a standby
    "42501": NotWritable,  # a role that may not
    "53100": NoSpace,
    "3D000": NoLibrary,  # no such database
    "42P01": SchemaError,  # no such table
    "42703": SchemaError,  # no such column
}
_HINTS: dict[type[DamError], str] = {
    Busy: "another process is using the library; try again when it has finished",
    IntegrityError: "restore the database from a backup; the stored files themselves are not touched",
    NoSpace: "make room on the disk that holds the database",
    NoLibrary: "create the database, as with createdb, then: dam-cli setup-db",
    SchemaError: "bring it up to date with: dam-cli setup-db",
}
RETRYABLE = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization failure and deadlock: the whole transaction may be tried again."""


def explain(error: DBAPIError, which: str) -> DamError:
    """Return the error to show for a driver's error on the database `which`."""
    cause = error.orig
    reason = " ".join(str(cause).split()).rstrip(".") or type(cause).__name__
    kind = _class_of(cause, reason)
    return kind(f"database failed: {which}: {reason}", hint=_HINTS.get(kind))


def is_retryable(error: DBAPIError) -> bool:
    """Tell whether the same transaction may succeed when it is run again from its start."""
    return getattr(error.orig, "sqlstate", None) in RETRYABLE


def explain_missing_driver(error: ImportError | NoSuchModuleError, which: str) -> DamError:
    """Return the error for a database whose driver is not installed."""
    return DatabaseError(
        f"cannot open database: {which}: {str(error).lower()}",
        hint='for PostgreSQL install the driver with: pip install "dam[postgres]"',
    )


def _class_of(cause: BaseException | None, reason: str) -> type[DamError]:
    sqlite_name = getattr(cause, "sqlite_errorname", None)
    if sqlite_name is not None:
        primary = "_".join(str(sqlite_name).split("_")[:2])
        if reason.startswith(("no such table", "no such column")):
            return SchemaError
        return _SQLITE.get(str(sqlite_name)) or _SQLITE.get(primary, DatabaseError)
    state = getattr(cause, "sqlstate", None)
    if state is None and re.search(r'database "[^"]*" does not exist', reason):
        return NoLibrary  # an error while connecting carries no state
    return _POSTGRESQL.get(str(state), DatabaseError)
