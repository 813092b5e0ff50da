"""A database for what may outgrow memory: in a file without a name, which is gone with the process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dam.errors import NoSpace

_PAGE = 256
"""Rows that are read at a time."""

Row = tuple[Any, ...]


class TemporaryDatabase:
    """Keeps 2 MB in memory, and the rest in a file that nobody else sees.

    Methods raise NoSpace if there is no room for it.
    """

    def __init__(self, *tables: str) -> None:
        """Make these tables and indexes in it."""
        with _room():
            self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = OFF")
        for statement in tables:
            self.execute(statement)

    def execute(self, statement: str, *values: object) -> None:
        """Run a statement that answers nothing."""
        with _room():
            self._connection.execute(statement, values)

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Return all that a statement answers."""
        with _room():
            return self._connection.execute(statement, values).fetchall()

    def pages(self, table: str, columns: str, *, where: str = "TRUE") -> Iterator[list[Row]]:
        """Yield the rows of a table by the first of these columns, which is its key, some at a time.

        What is changed meanwhile may come or not.
        """
        key = columns.partition(",")[0]
        chosen = f"SELECT {columns} FROM {table} WHERE {where}"  # noqa: S608 - our own words
        ordered = f"ORDER BY {key} LIMIT {_PAGE}"
        page = self.rows(f"{chosen} {ordered}")
        while page:
            yield page
            page = self.rows(f"{chosen} AND {key} > ? {ordered}", page[-1][0])


@contextmanager
def _room() -> Iterator[None]:
    """Turn what SQLite says of a temporary file into NoSpace: nothing else goes wrong with one."""
    try:
        yield
    except sqlite3.Error as error:
        raise NoSpace(
            f"cannot note down what was seen: a temporary file: {error}", hint="look at TMPDIR"
        ) from error
