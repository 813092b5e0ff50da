"""Names that go together, compared in SQL: they are bytes, and both databases treat bytes differently."""

from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from dam.core.columns import Name

_DOT_XMP = 4
SUFFIXES = sorted(b"." + "".join(letters).encode() for letters in product("xX", "mM", "pP"))
"""Of sidecars, in whatever case."""


class before_slash(GenericFunction[bytes]):  # noqa: N801 - the name of the function in SQL
    """Bytes with a slash behind them: no name begins so, and it comes right after the dot."""

    type = Name()
    inherit_cache = True


@compiles(before_slash)
def _before_slash(element: Any, compiler: Any, **options: Any) -> str:
    # On SQLite what is joined is text, and no text equals bytes.
    return f"CAST({compiler.process(element.clauses, **options)} || x'2F' AS BLOB)"


@compiles(before_slash, "postgresql")
def _before_slash_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} || '\\x2f'::bytea)"


class dot_in(GenericFunction[int]):  # noqa: N801 - the name of the function in SQL
    """The number of the first byte that is a dot, 0 if there is none."""

    inherit_cache = True


@compiles(dot_in)
def _dot_in(element: Any, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}, x'2E')"


@compiles(dot_in, "postgresql")
def _dot_in_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"position('\\x2e'::bytea IN {compiler.process(element.clauses, **options)})"


def is_called_sidecar(name: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Return the condition that a name ends as those of sidecars do, and has something before that."""
    tail = func.substr(name, func.length(name) - _DOT_XMP + 1, type_=Name())
    return tail.in_(SUFFIXES) & (func.length(name) > _DOT_XMP)


def subject_of(sidecar: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """Return a sidecar's name without its extension: a file, or all files of that stem."""
    return func.substr(sidecar, 1, func.length(sidecar) - _DOT_XMP, type_=Name())


def has_stem_of(name: ColumnElement[bytes], sidecar: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Return the condition that a name is a sidecar's with another extension; an index helps."""
    dotted = func.substr(sidecar, 1, func.length(sidecar) - _DOT_XMP + 1, type_=Name())
    extension = func.substr(name, func.length(sidecar) - _DOT_XMP + 2, type_=Name())
    return (name > dotted) & (name < before_slash(subject_of(sidecar))) & (dot_in(extension) == 0)


def follows(name: ColumnElement[bytes], other: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Return the condition that a name is among the few between another one and that with an extension.

    It is for the index: without it all names of the folder would be looked at.
    """
    return (name > other) & (name < before_slash(other))
