"""Fresh databases for the tests: copies of one migrated template on each kind of database."""

import fcntl
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold a lock file, so that of several test workers only one prepares what all share."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    """Bring the database to the present schema."""
    from dam.migrations.upgrade import upgrade_database

    upgrade_database(url)


def migrated_sqlite_template(folder: Path) -> Path:
    """Return the one migrated SQLite file of this session, which tests copy."""
    template = folder / "template.db"
    with only_one(folder / "template.lock"):
        if not template.exists():
            growing = folder / "growing.db"
            migrate(f"sqlite:///{growing}")
            with closing(sqlite3.connect(growing)) as connection:
                # A copy of the file alone is whole only if nothing waits in its log.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            growing.replace(template)
    return template


def copy_sqlite(template: Path, path: Path) -> str:
    """Copy the template to `path` and return its URL."""
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


class PostgresDatabases:
    """Creates and drops databases on one server, all with one prefix."""

    def __init__(self, server: str, prefix: str) -> None:
        self._server = make_url(server).set(drivername="postgresql+psycopg")
        self._prefix = prefix
        self._engine = create_engine(self._server, isolation_level="AUTOCOMMIT")

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[str]:
        """Lend a new database, and drop it afterwards whoever is still connected."""
        name = f"{self._prefix}_{uuid.uuid4().hex[:12]}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def migrated_template(self, folder: Path) -> str:
        """Return the name of this session's one migrated database, which tests copy."""
        name = f"{self._prefix}_template"
        ready = folder / f"{name}.ready"
        with only_one(folder / "template.lock"):
            if not ready.exists():
                self._drop(name)
                self._execute(f'CREATE DATABASE "{name}"')
                migrate(self._url(name))
                ready.touch()
        return name

    def drop_all(self) -> None:
        """Drop every database with the prefix."""
        with self._engine.connect() as connection:
            names = connection.scalars(
                text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)"),
                {"prefix": f"{self._prefix}_"},
            ).all()
        for name in names:
            self._drop(name)

    def close(self) -> None:
        """Close the connections to the server."""
        self._engine.dispose()

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))
