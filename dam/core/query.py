"""Queries over components: plain SQLAlchemy selects, with three verbs added."""

from __future__ import annotations  # what Select is subscripted with differs between SQLAlchemy 2.0 and 2.1

from typing import Any, TypeVar, overload

from sqlalchemy import ColumnElement, Select, and_, exists, select, true

from dam.core.component import Component, Entity

A = TypeVar("A", bound=Component)
B = TypeVar("B", bound=Component)
C = TypeVar("C", bound=Component)
D = TypeVar("D", bound=Component)
E = TypeVar("E", bound=Component)


@overload
def query() -> Select[int]: ...
@overload
def query(a: type[A], /) -> Select[int, A]: ...
@overload
def query(a: type[A], b: type[B], /) -> Select[int, A, B]: ...
@overload
def query(a: type[A], b: type[B], c: type[C], /) -> Select[int, A, B, C]: ...
@overload
def query(a: type[A], b: type[B], c: type[C], d: type[D], /) -> Select[int, A, B, C, D]: ...
@overload
def query(a: type[A], b: type[B], c: type[C], d: type[D], e: type[E], /) -> Select[int, A, B, C, D, E]: ...
def query(*components: type[Component]) -> Select[Any]:
    """Select the entities that have all these components, with the components.

    A component of which an entity has many gives a row for each. The result is an ordinary
    `Select`: add `where`, `order_by`, `limit` or joins to it.
    """
    columns: list[Any] = [Entity.id, *components]
    statement: Select[Any] = select(*columns)
    for component in components:
        statement = statement.join_from(Entity, component, component.entity_id == Entity.id)
    return statement


def has(*components: type[Component]) -> ColumnElement[bool]:
    """Return the condition that an entity has all these components; none at all is always true."""
    return and_(true(), *(_is_there(c) for c in components))


def lacks(*components: type[Component]) -> ColumnElement[bool]:
    """Return the condition that an entity has none of these components."""
    return and_(true(), *(~_is_there(c) for c in components))


def _is_there(component: type[Component]) -> ColumnElement[bool]:
    return exists().where(component.entity_id == Entity.id).correlate(Entity)
