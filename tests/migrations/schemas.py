"""What is in a database, written down so that two can be compared."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, text

VERSION_TABLE = "alembic_version"
TEXT_INDEX = "document_index"
"""What the names of its tables and triggers begin with, which no class describes."""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
    FROM information_schema.columns WHERE table_schema = 'public'
"""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Give a plain connection with none of our guards, in a transaction that is committed."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def schema_of(url: str) -> set[tuple[Any, ...]]:
    """Return every table, column, constraint and index there is, but those of the version table."""
    with connected(url) as connection:
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT tbl_name, name, sql FROM sqlite_master")
            return {
                (table, name, _unordered(sql or "")) for table, name, sql in found if table != VERSION_TABLE
            }
        indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        return {
            tuple(row)
            for statement in (CONSTRAINTS, COLUMNS, indexes)
            for row in connection.execute(text(statement))
            if row[0] != VERSION_TABLE
        }


def _unordered(sql: str) -> tuple[str, ...]:
    """Return the lines of a CREATE TABLE in an order of their own."""
    return tuple(sorted(re.sub(r"\s+", " ", line).strip(" ,") for line in sql.replace('"', "").splitlines()))


def rows_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, the version table's too."""
    with connected(url) as connection:
        names = inspect(connection).get_table_names()
        tables = [Table(name, MetaData(), autoload_with=connection) for name in names]
        return {table.name: sorted(map(tuple, connection.execute(table.select()))) for table in tables}


def everything_in(url: str) -> tuple[set[tuple[Any, ...]], dict[str, list[tuple[Any, ...]]]]:
    """Return the whole schema and all rows."""
    return schema_of(url), rows_of(url)
