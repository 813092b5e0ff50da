"""Entities, and the components that describe them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import ForeignKey, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column

from dam.core.columns import RowId
from dam.core.job import Allowance

Values = dict[str, Any]
"""One component's columns by attribute name, without `entity_id`."""

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """Declarative base of every table that dam or a plugin maps."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Entity(Base):
    """An asset: a bare id. Everything known about it is a component."""

    __tablename__ = "entity"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)

    # SQLite would give the id of the last deleted entity to the next new one.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012


class Component(Base):
    """One typed fact about an entity; one subclass is one table.

    The key states the cardinality: `entity_id` alone means at most one for each entity; declare
    another primary key column and there may be many.
    """

    __abstract__ = True

    is_index: ClassVar[bool] = False
    """Whether it is there for searching alone, so that people are told only how many there are."""

    enriches: ClassVar[bool] = False
    """Whether it is metadata, which makes a copy worth more than one of the same picture without it."""

    entity_id: Mapped[int] = mapped_column(
        RowId,
        ForeignKey("entity.id", ondelete="CASCADE"),
        primary_key=True,
        init=False,
        sort_order=-10,
    )

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:
        """Name the table after the class: `ImagePHashComponent` is kept in `image_phash`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", search_name(cls)).lower()


class Kind(Component):
    """A media kind: an entity has this component when its bytes were recognised as that kind."""

    __abstract__ = True

    recognition_version: ClassVar[int] = 1
    """Raise it when `recognise` answers differently, so that entities are looked at again."""

    is_last_resort: ClassVar[bool] = False
    """Whether it is asked only where no other kind claims the bytes."""

    allowance: ClassVar[Allowance] = Allowance()
    """What a visit may use from the moment it is known to be of this kind."""

    media_type: Mapped[str]

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the media type if these bytes are of this kind, else None.

        `head` is the first 64 KiB; `extensions` are those of all names the content is known by, in
        lower case without the dot. Content decides; extensions only break ties.
        """
        raise NotImplementedError


class Fingerprint(Component):
    """A component two entities can be compared by."""

    __abstract__ = True

    bits: ClassVar[int]
    """How many bits the fingerprint has: the largest distance there can be."""


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for statements on very many rows: the unit of work would slow them down."""
    return cast("Table", model.__table__)


def search_name(component: type[Component]) -> str:
    """Return the word users search by: the class name without the `Component` suffix."""
    return component.__name__.removesuffix("Component")


@cache
def column_names(component: type[Component]) -> tuple[str, ...]:
    """Return the component's attribute names, without `entity_id`."""
    return tuple(a.key for a in component.__mapper__.column_attrs if a.key != "entity_id")


def is_single(component: type[Component]) -> bool:
    """Tell whether an entity has at most one of this component."""
    return not other_keys(component)


def values_of(component: Component) -> Values:
    """Return the component's columns as a plain dict, without `entity_id`."""
    return {name: getattr(component, name) for name in column_names(type(component))}


def build(component: type[Component], values: Values, entity_id: int | None = None) -> Any:
    """Make a detached component from plain values."""
    made = component(**values)
    if entity_id is not None:
        made.entity_id = entity_id
    return made


@cache
def other_keys(component: type[Component]) -> tuple[str, ...]:
    """Return the attribute names of the key columns beside `entity_id`."""
    mapper = component.__mapper__
    keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    return tuple(key for key in keys if key != "entity_id")


def mapped_components(root: type[Component] = Component) -> Iterator[type[Component]]:
    """Yield every mapped component class below `root` that has been imported."""
    for cls in root.__subclasses__():
        if "__table__" in cls.__dict__:
            yield cls
        yield from mapped_components(cls)
