"""The connection that migrations run on: an engine and a transaction of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from dam.core.database import MIGRATION_PRAGMAS, describe, make_engine
from dam.core.database_errors import explain
from dam.errors import DatabaseError

_LOCK = 0x64616D
"""Key of the PostgreSQL advisory lock that lets one migration run at a time."""


@contextmanager
def migrating(url: URL, *, busy_timeout: float = 15.0) -> Iterator[Connection]:
    """Give a connection in one exclusive transaction, creating SQLite's file if there is none.

    Foreign keys are off on it, because Alembic's batch mode replaces whole tables. Everything up to
    the new version number is committed together or not at all.
    """
    engine = make_engine(url, pragmas=MIGRATION_PRAGMAS, create=True, busy_timeout=busy_timeout)
    try:
        with engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            elif connection.exec_driver_sql("PRAGMA foreign_keys").scalar() != 0:
                raise DatabaseError(f"migration refused: {describe(url)}: foreign keys are on")
            yield connection
    except DBAPIError as error:
        raise explain(error, describe(url)) from error
    finally:
        engine.dispose()
