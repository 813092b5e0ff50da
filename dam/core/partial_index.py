"""Indexes of some of a table's rows, declared once for both databases."""

from typing import Any

from sqlalchemy import ColumnElement, Index, MetaData, TextClause

_WHERE = "where"


class PartialIndex(Index):
    """An index of the rows for which `where` holds.

    Telling PostgreSQL's condition imports all of its dialect, 40 ms: `adapt_indexes` does it where that
    is the database.
    """

    inherit_cache = False

    def __init__(
        self,
        name: str,
        *columns: str,
        where: ColumnElement[bool] | TextClause,
        unique: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(name, *columns, unique=unique, sqlite_where=where, info={_WHERE: where}, **options)


def adapt_indexes(metadata: MetaData) -> None:
    """Tell PostgreSQL's dialect the conditions of all partial indexes."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if _WHERE in index.info:
                index.dialect_options["postgresql"]["where"] = index.info[_WHERE]
