"""World: one transaction's view of the entities and their components."""

from collections.abc import Iterator
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Row, Select, delete, insert, select
from sqlalchemy.orm import Session

from dam.core.component import Component, Entity, column_names, other_keys, search_name, values_of
from dam.core.ledger import mark_all_stale, mark_stale
from dam.core.registry import Registry
from dam.core.state import lock_entities, touch

A = TypeVar("A", bound=Component)
Columns = TypeVarTuple("Columns")


class World:
    """What one transaction sees and changes. Whoever opened the transaction commits it."""

    def __init__(self, session: Session, registry: Registry) -> None:
        self.session = session
        self.registry = registry

    def spawn(self, *components: Component) -> int:
        """Make an entity with these components and return its id."""
        entity = Entity()
        self.session.add(entity)
        self.session.flush()
        self.add(entity.id, *components)
        return entity.id

    def despawn(self, entity_id: int) -> None:
        """Delete an entity with everything known about it."""
        self.session.flush()
        self.session.execute(delete(Entity).where(Entity.id == entity_id))
        self.session.expire_all()

    def add(self, entity_id: int, *components: Component) -> None:
        """Give an entity these components, replacing those of the same key.

        Systems that need them become pending. Raises TypeError for a derived component: those are
        only ever made by their system.
        """
        for component in components:
            cls = type(component)
            if maker := self.registry.makers.get(cls):
                raise TypeError(f"{search_name(cls)} is derived: {maker.name} makes it")
            lock_entities(self.session, [entity_id])
            if self._put(entity_id, component):
                touch(self.session, self.registry, [entity_id], cls)

    def remove(self, entity_id: int, component: type[Component]) -> None:
        """Take a component away, every row of it; a derived one comes back at the next run.

        What a system on demand made comes back when it is asked for again.
        """
        self.session.flush()
        lock_entities(self.session, [entity_id])
        gone = self.session.execute(delete(component).where(component.entity_id == entity_id))
        self.session.expire_all()
        if gone.rowcount == 0:  # type: ignore[attr-defined]
            return
        if maker := self.registry.makers.get(component):
            mark_stale(self.session, [(entity_id, maker.name)])
        elif component not in self.registry.components:
            # Its plugin is away: any system may be the one that made it.
            mark_all_stale(self.session, entity_id)
        touch(self.session, self.registry, [entity_id], component)

    def get(self, entity_id: int, component: type[A]) -> A | None:
        """Return an entity's component, None if it has none; for one of many use `rows`."""
        return self.session.scalars(
            select(component).where(component.entity_id == entity_id).limit(1)
        ).first()

    def rows(self, statement: "Select[*Columns]") -> "Iterator[Row[*Columns]]":
        """Yield the rows of a query, reading ahead in bounded steps."""
        yield from self.session.execute(statement.execution_options(yield_per=1000))

    def _put(self, entity_id: int, component: Component) -> bool:
        """Insert or replace one row; tell whether that changed anything."""
        cls = type(component)
        self.session.flush()
        values = values_of(component)
        key = [cls.entity_id == entity_id, *(getattr(cls, name) == values[name] for name in other_keys(cls))]
        columns = [getattr(cls, name) for name in column_names(cls)]
        old = self.session.execute(select(cls.entity_id, *columns).where(*key)).first()
        if old is not None and list(old[1:]) == list(values.values()):
            return False
        if old is not None:
            self.session.execute(delete(cls).where(*key))
        self.session.execute(insert(cls), [{"entity_id": entity_id, **_without_unset(values, cls)}])
        return True


def _without_unset(values: dict[str, Any], component: type[Component]) -> dict[str, Any]:
    """Leave out own ids that the database is to number."""
    own = other_keys(component)
    return {name: value for name, value in values.items() if value is not None or name not in own}
