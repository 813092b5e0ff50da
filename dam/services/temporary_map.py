"""Maps and sets that may outgrow memory: in a file without a name, which is gone with the process."""

import pickle
import sqlite3
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from dam.errors import NoSpace

Key = TypeVar("Key", bytes, int)

_PAGE = 256


class TemporaryMap(Container[Key], Generic[Key]):
    """Plain values by key. A few MiB are in memory; methods raise NoSpace if the rest finds no room."""

    def __init__(self) -> None:
        self._file: sqlite3.Connection = temporary_file()
        with room():
            self._file.execute("CREATE TABLE entry (key PRIMARY KEY, value) WITHOUT ROWID")

    def put(self, key: Key, value: Any = None) -> None:
        """Set the value of a key."""
        data = None if value is None else pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        with room():
            self._file.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", (key, data))

    def get(self, key: Key) -> Any:
        """Return the value of a key, None if there is none."""
        row = self._row("SELECT value FROM entry WHERE key = ?", key)
        return None if row is None or row[0] is None else pickle.loads(row[0])  # noqa: S301 - our own

    def __contains__(self, key: object) -> bool:
        return self._row("SELECT 1 FROM entry WHERE key = ?", key) is not None

    def __len__(self) -> int:
        row = self._row("SELECT count(*) FROM entry")
        return int(row[0]) if row else 0

    def values(self) -> Iterator[Any]:
        """Yield the values in the order of their keys; what is put meanwhile may come or not."""
        after: Key | None = None
        while True:
            with room():
                rows = self._file.execute(
                    "SELECT key, value FROM entry WHERE ?1 IS NULL OR key > ?1 ORDER BY key LIMIT ?2",
                    (after, _PAGE),
                ).fetchall()
            if not rows:
                return
            for after, data in rows:  # noqa: B007 - the last one is where the next page begins
                yield None if data is None else pickle.loads(data)  # noqa: S301 - our own

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        with room():
            row: tuple[Any, ...] | None = self._file.execute(statement, values).fetchone()
        return row


def temporary_file() -> sqlite3.Connection:
    """Return an empty database that keeps 2 MB in memory, and the rest in a file that nobody else sees."""
    with room():
        file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        file.execute("PRAGMA journal_mode = OFF")
    return file


@contextmanager
def room() -> Iterator[None]:
    """Turn what SQLite says of a temporary file into NoSpace: nothing else goes wrong with one."""
    try:
        yield
    except sqlite3.Error as error:
        raise NoSpace(
            f"cannot note down what was seen: a temporary file: {error}", hint="look at TMPDIR"
        ) from error
