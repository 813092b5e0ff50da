"""Everything that is known about one entity."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Component, search_name
from dam.core.ledger import Entry, read_entries
from dam.core.registry import Registry


@dataclass(frozen=True)
class Description:
    """An entity's components by the word people search by, and its ledger by system."""

    components: dict[str, list[Component]] = field(default_factory=dict)
    runs: dict[str, Entry] = field(default_factory=dict)


def describe_entity(session: Session, registry: Registry, entity_id: int) -> Description:
    """Return all installed components that the entity has, and what came of every system."""
    components: dict[str, list[Component]] = {}
    for component in registry.components:
        ordered = select(component).order_by(*component.__mapper__.primary_key)
        rows = list(session.scalars(ordered.where(component.entity_id == entity_id)))
        if rows:
            components[search_name(component)] = rows
    return Description(components, read_entries(session, [entity_id])[entity_id])
