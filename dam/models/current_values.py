"""The values of a component that the present version of its system made."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from dam.core.columns import bytes_of
from dam.core.component import Component, table_of
from dam.core.ledger import LedgerRow, Outcome, system_ids_known
from dam.core.system import System

_AT_ONCE = 64
_UNKNOWN = -1
"""The id of a system that was never run."""


def current_values(
    session: Session,
    component: type[Component],
    system: System[..., Any],
    entities: Collection[int],
    *,
    column: str = "value",
) -> Iterator[tuple[int, bytes]]:
    """Yield these entities with the component's value; those without a current one are left out."""
    table = table_of(component).c
    value = table[column]
    current = and_(LedgerRow.entity_id == table.entity_id, are_current(session, system))
    statement = select(table.entity_id, value).join(LedgerRow, current)
    wanted = statement.where(table.entity_id.in_(entities), value.is_not(None))
    for entity, value in session.execute(wanted).all():
        yield entity, bytes_of(value)


def all_current_values(
    session: Session, component: type[Component], system: System[..., Any]
) -> Iterator[tuple[int, bytes]]:
    """Yield every entity that has a current one, ascending; few are held at a time, since films are long."""
    table = table_of(component).c
    current = and_(LedgerRow.entity_id == table.entity_id, are_current(session, system))
    statement = select(table.entity_id, table.value).join(LedgerRow, current).order_by(table.entity_id)
    last = 0
    while rows := session.execute(statement.where(table.entity_id > last).limit(_AT_ONCE)).all():
        for entity, value in rows:
            yield entity, bytes_of(value)
        last = rows[-1][0]


def are_current(session: Session, system: System[..., Any]) -> ColumnElement[bool]:
    """Return the condition for entries of the ledger by which the present version made something."""
    number = system_ids_known(session, [system.name]).get(system.name, _UNKNOWN)
    return and_(
        LedgerRow.system_id == number,
        LedgerRow.version == system.version,
        LedgerRow.outcome == Outcome.DONE.value,
    )
