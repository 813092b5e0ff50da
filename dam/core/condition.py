"""Conditions on columns as people write them: `Camera.name=Canon EOS R6`, `CaptureTime.local>=2026-05`."""

import operator
import os
import re
from collections.abc import Callable
from datetime import UTC
from difflib import get_close_matches
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    LargeBinary,
    String,
    Text,
    and_,
    cast,
    exists,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeEngine

from dam.core.columns import Document, Hash64, Name, Timestamp, WallTime
from dam.core.component import Component, Entity, column_names, search_name
from dam.core.period import read_period
from dam.core.registry import Registry
from dam.errors import UsageError

_WRITTEN = re.compile(r"\s*(\w+)\.(\w+)((?:\.[^\s.=<>~]+)*)\s*(<=|>=|=|<|>|~)\s*(.*?)\s*", re.DOTALL)
_HINT = "write it like Camera.name=Canon EOS R6, CaptureTime.local>=2026-05 or ImageTitle.text~sunset"
_CLOSE = 1e-9
"""Numbers that differ by no more than this part of them are the same."""

_COMPARISONS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class ascii_lower(GenericFunction[str]):  # noqa: N801 - the name of the function in SQL
    """Text with the letters A to Z made small, and no others, on every database."""

    inherit_cache = True


@compiles(ascii_lower)
def _lower(element: Any, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(ascii_lower, "postgresql")
def _lower_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'


Holder = Callable[[type[Component], ColumnElement[bool]], ColumnElement[bool]]
"""From a component, and what is to be true of one, to the condition that an entity has it."""


def has_such(component: type[Component], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that an entity has a component of which something is true."""
    return exists().where(component.entity_id == Entity.id, condition).correlate(Entity)


def read_condition(registry: Registry, text: str, holder: Holder = has_such) -> ColumnElement[bool]:
    """Return the condition that an entity has a component of which this is true.

    What it is to have one is for `holder` to say. Text is compared as it is, with `~` it has to contain the
    value, whatever the case of A to Z; times are periods. In a JSON column the keys follow its name. Raises
    UsageError for what is no condition.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise UsageError(f"bad condition: {text}", hint=_HINT)
    word, name, keys, comparison, value = match.groups()
    component = registry.component(word)
    column = getattr(component, _column_of(component, name))
    try:
        condition = _compare(column, column.type, keys.split(".")[1:], comparison, value)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise UsageError(f"bad condition: {text}: {error}", hint=_HINT) from None
    return holder(component, condition)


def _column_of(component: type[Component], name: str) -> str:
    names = {known.lower(): known for known in column_names(component)}
    if name.lower() in names:
        return names[name.lower()]
    close = get_close_matches(name.lower(), list(names), n=1)
    hint = f"did you mean {names[close[0]]}?" if close else f"there are: {', '.join(names.values())}"
    raise UsageError(f"unknown column: {search_name(component)}.{name}", hint=hint)


def _compare(
    column: Any, kind: TypeEngine[Any], keys: list[str], comparison: str, value: str
) -> ColumnElement[bool]:
    if isinstance(kind, Document):
        path = tuple(int(key) if key.isdecimal() else key for key in keys)
        inner = column[path].as_string() if path else column
        return _compare_text(cast(inner, Text), comparison, value)
    if keys:
        raise ValueError("only JSON has keys")
    if isinstance(kind, WallTime | Timestamp):
        return _compare_time(column, isinstance(kind, Timestamp), comparison, value)
    if isinstance(kind, String):
        return _compare_text(column, comparison, value)
    if comparison == "~":
        raise ValueError("only text contains something")
    if isinstance(kind, Float):
        return _compare_ratio(column, comparison, value)
    return _COMPARISONS[comparison](column, _parsed(kind, value))


def _compare_text(column: ColumnElement[Any], comparison: str, value: str) -> ColumnElement[bool]:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("it has characters that are none") from None
    if comparison != "~":
        return _COMPARISONS[comparison](column, value)
    small = "".join(letter.lower() if letter.isascii() else letter for letter in value)
    return ascii_lower(column).contains(small, autoescape=True)


def _compare_time(
    column: ColumnElement[Any], is_utc: bool, comparison: str, value: str
) -> ColumnElement[bool]:
    period = read_period(value.removesuffix("Z") if is_utc else value)
    start, end = (time.replace(tzinfo=UTC) if is_utc else time for time in period)
    if comparison == "=":
        return and_(column >= start, column < end)
    if comparison == "~":
        raise ValueError("only text contains something")
    edges = {"<": column < start, "<=": column < end, ">": column >= end, ">=": column >= start}
    return edges[comparison]


def _compare_ratio(column: ColumnElement[Any], comparison: str, value: str) -> ColumnElement[bool]:
    over, slash, under = value.partition("/")
    number = float(over) / (float(under) if slash else 1)
    if comparison == "=":
        slack = abs(number) * _CLOSE
        return and_(column >= number - slack, column <= number + slack)
    return _COMPARISONS[comparison](column, number)


def _parsed(kind: TypeEngine[Any], value: str) -> Any:
    """Return a value of a column's type."""
    if isinstance(kind, Name):
        return os.fsencode(value)
    if isinstance(kind, Hash64):
        number = int.from_bytes(_from_hex(value.zfill(16)))
        if number >= 1 << 64:
            raise ValueError("it has 16 hexadecimal digits")
        return number
    if isinstance(kind, LargeBinary) or isinstance(getattr(kind, "impl", None), LargeBinary):
        return _from_hex(value)
    if isinstance(kind, Boolean):
        if value not in ("true", "false"):
            raise ValueError("it is true or false")
        return value == "true"
    if not value.strip().removeprefix("-").isdecimal():
        raise ValueError("it is a whole number")
    number = int(value)
    if not -(1 << 63) <= number < 1 << 63:
        raise ValueError("no number that can be held")
    return number


def _from_hex(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise ValueError("it is written in hexadecimal digits") from None
