"""How large a library's database is, as a whole and by table and index."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One table or index: its bytes, pages that are partly empty included, and the rows of a table."""

    name: str
    size: int
    rows: int | None


def database_bytes(database: Path) -> int:
    """Return the size of a closed database, with its write-ahead log if that was left behind."""
    files = (database, database.with_name(database.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def count_rows(database: Path) -> int:
    """Return how many rows all tables hold."""
    with closing(_open(database)) as connection:
        return sum(_rows(connection, table) for table in _tables(connection))


def parts(database: Path) -> list[Part]:
    """Return the tables and indices, largest first; nothing if SQLite was built without dbstat."""
    with closing(_open(database)) as connection:
        try:
            sizes = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        except sqlite3.OperationalError:
            return []
        tables = _tables(connection)
        found = [
            Part(name, size, _rows(connection, name) if name in tables else None) for name, size in sizes
        ]
    return sorted(found, key=lambda part: part.size, reverse=True)


def breakdown(database: Path, assets: int) -> str:
    """Return a table of what each table and index takes, in bytes an asset."""
    lines = [f"{part.size / assets:9.1f}  {part.name}" for part in parts(database) if part.size >= assets]
    return "\n".join(lines)


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in rows}


def _rows(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(count)
