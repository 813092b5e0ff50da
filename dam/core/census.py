"""Counts over the library: how many entities, and how every system stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.ledger import LedgerRow, Outcome, SystemRow
from dam.core.pending import is_pending
from dam.core.registry import Registry


@dataclass(frozen=True)
class SystemCount:
    """On how many entities a system ended how, and on how many it is still to run."""

    system: str
    version: int
    done: int
    nothing: int
    pending: int
    failed: int
    unavailable: int


@dataclass(frozen=True)
class Problem:
    """A system that failed or was unavailable on an entity, with the reason."""

    entity: int
    system: str
    outcome: Outcome
    message: str | None


def count_entities(session: Session) -> int:
    """Return the number of entities."""
    return session.execute(select(func.count()).select_from(Entity)).scalar_one()


def count_systems(session: Session, registry: Registry) -> list[SystemCount]:
    """Return the counts of every installed system and step, in the order they run."""
    rows = session.execute(
        select(SystemRow.name, LedgerRow.version, LedgerRow.outcome, func.count())
        .join(LedgerRow, LedgerRow.system_id == SystemRow.id)
        .group_by(SystemRow.name, LedgerRow.version, LedgerRow.outcome)
    )
    current = {(name, version, outcome): count for name, version, outcome, count in rows}
    return [
        SystemCount(
            system.name,
            system.version,
            done=current.get((system.name, system.version, Outcome.DONE.value), 0),
            nothing=current.get((system.name, system.version, Outcome.NOTHING.value), 0),
            failed=current.get((system.name, system.version, Outcome.FAILED.value), 0),
            unavailable=current.get((system.name, system.version, Outcome.UNAVAILABLE.value), 0),
            pending=session.execute(
                select(func.count()).select_from(Entity).where(is_pending(session, system))
            ).scalar_one(),
        )
        for system in registry.works
    ]


def problems(session: Session, registry: Registry, outcome: Outcome) -> Iterator[Problem]:
    """Yield what failed, or what was unavailable, by system and entity, as `count_systems` counts it.

    What is to be run again anyway, and what systems not installed now once said, is left out.
    """
    current = [
        and_(SystemRow.name == system.name, LedgerRow.version == system.version) for system in registry.works
    ]
    rows = session.execute(
        select(LedgerRow.entity_id, SystemRow.name, LedgerRow.message)
        .join(SystemRow, SystemRow.id == LedgerRow.system_id)
        .where(LedgerRow.outcome == outcome.value, or_(*current))
        .order_by(SystemRow.name, LedgerRow.entity_id)
        .execution_options(yield_per=1000)
    )
    for entity, name, message in rows:
        yield Problem(entity, name, outcome, message)
