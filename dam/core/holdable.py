"""What a database can hold, checked where a system can still be blamed for it.

A value that SQLite takes and PostgreSQL refuses, or that both refuse, would otherwise stop a whole batch
when it is written.
"""

import math
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from dam.core.columns import Document, Timestamp, Unsigned64, WallTime
from dam.core.component import Component, other_keys

Check = Callable[[Any], bool]


def require_holdable(component: Component) -> None:
    """Raise ValueError if a column's value is one that not every database can hold."""
    for name, is_holdable in _checks(type(component)).items():
        value = getattr(component, name)
        if not is_holdable(value):
            raise ValueError(
                f"made a {type(component).__name__} whose {name} cannot be stored: {value!r:.100}"
            )


@cache
def _checks(component: type[Component]) -> dict[str, Check]:
    """Return a check for each column by attribute name."""
    own_ids = other_keys(component)
    checks: dict[str, Check] = {}
    for attribute in component.__mapper__.column_attrs:
        column = attribute.columns[0]
        if attribute.key == "entity_id":
            continue
        optional = bool(column.nullable or attribute.key in own_ids or column.default is not None)
        checks[attribute.key] = _check_of(column.type, optional)
    return checks


def _check_of(kind: TypeEngine[Any], optional: bool) -> Check:
    fits = _fits(kind)
    return lambda value: optional if value is None else fits(value)


def _fits(kind: TypeEngine[Any]) -> Check:
    """Return whether a value that is not None fits a column of this type."""
    for known, check in _RULES:
        if isinstance(kind, known):
            return check
    return _fits(kind.impl_instance) if isinstance(kind, TypeDecorator) else lambda value: True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and _is_unicode(value)


def _is_json(value: Any) -> bool:
    """Tell whether it is JSON all through, with nothing in it that JSONB refuses."""
    if isinstance(value, dict):
        return all(_is_text(key) and _is_json(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return (
        value is None or isinstance(value, bool) or _is_whole(value) or _is_finite(value) or _is_text(value)
    )


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _within(low: int, beyond: int) -> Check:
    return lambda value: _is_whole(value) and low <= value < beyond


_RULES: tuple[tuple[type[TypeEngine[Any]], Check], ...] = (
    (Unsigned64, _within(0, 1 << 64)),
    (Timestamp, lambda value: isinstance(value, datetime) and value.tzinfo is not None),
    (WallTime, lambda value: isinstance(value, datetime) and value.tzinfo is None),
    (Document, _is_json),
    (JSON, _is_json),
    (Boolean, lambda value: isinstance(value, bool)),
    (BigInteger, _within(-(1 << 63), 1 << 63)),
    (SmallInteger, _within(-(1 << 15), 1 << 15)),
    (Integer, _within(-(1 << 31), 1 << 31)),
    (Float, lambda value: isinstance(value, int | float) and math.isfinite(value)),
    (String, _is_text),
    (LargeBinary, lambda value: isinstance(value, bytes)),
)
"""What fits each type; the first that matches counts, so the narrower ones stand first."""
