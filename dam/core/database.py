"""Connections: the guards that every one gets, and transactions, on both databases."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from dam.core.component import Base, table_of
from dam.core.database_errors import explain, explain_missing_driver, is_retryable
from dam.core.database_file import DatabaseFile
from dam.core.partial_index import adapt_indexes
from dam.core.path_text import show_path
from dam.errors import DatabaseError, NoLibrary, UsageError

T = TypeVar("T")

WRITER_PRAGMAS: dict[str, object] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an acknowledged row survives a power cut
    "foreign_keys": 1,
    "mmap_size": 0,  # an I/O error must be an error, not a SIGBUS
    "cache_size": -65536,
    "temp_store": 2,
    # Triggers keep an index of FTS5, which older versions of SQLite refuse them otherwise; dam registers no
    # function that a schema could misuse.
    "trusted_schema": 1,
    "cell_size_check": 1,
}
READER_PRAGMAS: dict[str, object] = {
    "foreign_keys": 1,
    "mmap_size": 0,
    "cache_size": -16384,
    "temp_store": 2,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "query_only": 1,
}
MIGRATION_PRAGMAS: dict[str, object] = {**WRITER_PRAGMAS, "foreign_keys": 0}
"""Alembic's batch mode drops and renames tables, which cascades while foreign keys are on."""

_POSTGRES_SETTINGS = "-c TimeZone=UTC -c synchronous_commit=on -c idle_in_transaction_session_timeout=600000"
BINARY = "binary_results"
"""The execution option for large bytes: as text, which is the rule, PostgreSQL sends twice as much."""
_RETRIES = 8
_PASSING_CACHE = -1024
"""KiB of SQLite's cache while much is read that will not be wanted again; negative, as SQLite has it."""
_NO_ROOM_BESIDE = (
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_READONLY_DIRECTORY",
    "SQLITE_READONLY_CANTINIT",
    "SQLITE_IOERR_SHMSIZE",
)
"""What SQLite says when it cannot make the WAL's index file in a read-only folder."""


class Database:
    """One library's database, for reading and for writing."""

    def __init__(self, url: str, *, busy_timeout: float = 15.0) -> None:
        self.url = parse_url(url)
        self.name = describe(self.url)
        self._busy_timeout = busy_timeout
        self._engines: dict[str, Engine] = {}
        self._process = 0
        self._file = DatabaseFile(self.sqlite_path)

    @property
    def sqlite_path(self) -> Path | None:
        """Return the SQLite file, or None on PostgreSQL."""
        return sqlite_path(self.url)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session in a writing transaction: committed at the end, rolled back on an error."""
        with self._session("write") as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session in a reading transaction, which works on a read-only database too."""
        with self._session("read") as session, session.begin():
            yield session

    def retrying(self, function: Callable[[Session], T]) -> T:
        """Run `function` in a writing transaction, again from its start if the database says so.

        `function` must have no effect outside the database.
        """
        for attempt in range(_RETRIES):
            try:
                with self._session("write", raw=True) as session, session.begin():
                    return function(session)
            except DBAPIError as error:
                if attempt == _RETRIES - 1 or not is_retryable(error):
                    raise explain(error, self.name) from error
                time.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close every connection; those of another process are only let go."""
        for engine in self._engines.values():
            engine.dispose(close=self._process == os.getpid())
        self._engines.clear()

    @contextmanager
    def _session(self, mode: str, *, raw: bool = False) -> Iterator[Session]:
        try:
            with Session(self._engine(mode), expire_on_commit=False) as session:
                self._file.require_the_same()
                yield session
            # Also after the commit: what went into a file that has lost its name is not acknowledged.
            self._file.require_the_same()
        except DBAPIError as error:
            if raw:
                raise
            raise explain(error, self.name) from error

    def _engine(self, mode: str) -> Engine:
        if self._engines and self._process != os.getpid():
            raise DatabaseError(f"database failed: {self.name}: a connection was carried across a fork")
        self._process = os.getpid()
        if mode not in self._engines:
            pragmas = READER_PRAGMAS if mode == "read" else WRITER_PRAGMAS
            self._engines[mode] = make_engine(
                self.url, pragmas=pragmas, read_only=mode == "read", busy_timeout=self._busy_timeout
            )
        return self._engines[mode]


def parse_url(url: str) -> URL:
    """Return the URL with its driver filled in; raises UsageError for one that dam cannot use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError("bad setting: DATABASE_URL: not a database URL") from None
    if "@" in (parsed.host or ""):
        # What follows the first one would count as the host, and be shown.
        raise UsageError("bad setting: DATABASE_URL: write an @ in the password as %40")
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise UsageError(f"bad setting: DATABASE_URL: neither sqlite nor postgresql: {parsed.drivername}")
    if not parsed.database or parsed.database == ":memory:" or parsed.host or "\0" in parsed.database:
        raise UsageError("bad setting: DATABASE_URL: SQLite needs a file, as in sqlite:///./dam.db")
    return parsed.set(drivername="sqlite+pysqlite")


def describe(url: URL) -> str:
    """Return the database's name for messages, without its passwords."""
    shown = url.difference_update_query([key for key in url.query if "password" in key])
    path = sqlite_path(url)
    return show_path(os.fsencode(path)) if path else shown.render_as_string(hide_password=True)


def sqlite_path(url: URL) -> Path | None:
    """Return the SQLite file of a URL, or None on PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def make_engine(
    url: URL,
    *,
    pragmas: dict[str, object],
    read_only: bool = False,
    create: bool = False,
    busy_timeout: float = 15.0,
) -> Engine:
    """Return an engine whose every connection is guarded; SQLite's file must exist unless `create`."""
    try:
        if (path := sqlite_path(url)) is None:
            return _postgresql_engine(url, read_only, busy_timeout)
        return _sqlite_engine(url, path, pragmas, read_only, create, busy_timeout)
    except (ImportError, NoSuchModuleError) as error:
        raise explain_missing_driver(error, describe(url)) from error


def insert_or_ignore(session: Session, model: type[Base]) -> Any:
    """Return an INSERT that leaves out rows which break a unique constraint."""
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table_of(model)).on_conflict_do_nothing()
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table_of(model)).on_conflict_do_nothing()


@contextmanager
def passing_through(session: Session) -> Iterator[None]:
    """Let what is read in a block not stay in SQLite's cache, which filling costs more than reading."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    connection = session.connection()
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size={_PASSING_CACHE}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


def lock_table(session: Session, model: type[Base]) -> None:
    """Let one transaction at a time look at a table and add to it; on SQLite there is one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text(f"LOCK TABLE {model.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


def _sqlite_engine(
    url: URL, path: Path, pragmas: dict[str, object], read_only: bool, create: bool, busy_timeout: float
) -> Engine:
    if not create and is_missing(path):
        raise NoLibrary(
            f"no library here: {show_path(os.fsencode(path.absolute()))}: no such database",
            hint="make one with: dam-cli setup-db, or name yours in DATABASE_URL",
        )

    def connect() -> sqlite3.Connection:
        return _connect(path, busy_timeout, read_only=read_only, create=create)

    engine = create_engine(url, creator=connect, poolclass=NullPool if create else None)
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def guard(connection: sqlite3.Connection, record: object) -> None:
        for name, wanted in pragmas.items():
            connection.execute(f"PRAGMA {name}={wanted}")
            (actual,) = connection.execute(f"PRAGMA {name}").fetchone() or (None,)
            if actual != wanted:
                raise DatabaseError(f"database refuses a setting: {path}: {name} is {actual}, not {wanted}")

    @event.listens_for(engine, "begin")
    def begin_explicitly(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def is_missing(path: Path) -> bool:
    """Tell whether there is no file or an empty one, which SQLite would take for an empty database."""
    try:
        return path.stat().st_size == 0
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        raise DatabaseError(f"cannot open database: {path}: {(error.strerror or '').lower()}") from error


def _connect(path: Path, busy_timeout: float, *, read_only: bool, create: bool) -> sqlite3.Connection:
    """Open a SQLite file, for reading also where no file can be made beside it.

    Readers ask for `rw` like writers do: SQLite falls back to reading by itself, and the last one to
    leave tidies the WAL away, which `ro` connections do not. `query_only` keeps them from writing.
    """
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode={'rwc' if create else 'rw'}"

    def connect(uri: str) -> sqlite3.Connection:
        return sqlite3.connect(
            uri, timeout=busy_timeout, isolation_level=None, check_same_thread=False, uri=True
        )

    connection = connect(uri)
    if not read_only:
        return connection
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorname not in _NO_ROOM_BESIDE or _has_unread_wal(path):
            raise
        return connect(f"{uri}&immutable=1")
    return connection


def _has_unread_wal(path: Path) -> bool:
    """Tell whether transactions wait in the WAL: only without them is the file itself the whole truth."""
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _postgresql_engine(url: URL, read_only: bool, busy_timeout: float) -> Engine:
    milliseconds = max(1, round(busy_timeout * 1000))
    options = [
        *url.normalized_query.get("options", ()),
        _POSTGRES_SETTINGS,
        f"-c lock_timeout={milliseconds}",
    ]
    adapt_indexes(Base.metadata)
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"options": " ".join(options)},
    )

    @event.listens_for(engine, "before_cursor_execute")
    def answer_in_binary(
        connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if context.execution_options.get(BINARY):
            cursor.format = 1

    if read_only:

        @event.listens_for(engine, "begin")
        def begin_read_only(connection: Connection) -> None:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return engine
