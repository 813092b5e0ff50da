"""Which systems are pending on which entities, as SQL conditions."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.ledger import LedgerRow, Outcome, has_outdated, is_outdated, system_ids_known
from dam.core.query import has
from dam.core.step import Step
from dam.core.system import System, has_become_available


def is_pending(
    session: Session, system: System[..., Any] | Step, *, named: bool = False, retry_failed: bool = False
) -> ColumnElement[bool]:
    """Return the condition that a system is to run (or to be taken back) on an entity.

    It is when it applies and was never run, when its entry is of another version or stale, when the
    library it lacked has been installed, and if asked when it failed. One on demand that is not `named`
    is only ever to be taken back: when its entry is of another version or stale.
    """
    number = system_ids_known(session, [system.name]).get(system.name)
    if system.on_demand and not named:
        return _is_out_of_date(session, system, number)
    applies = has(*sorted(system.requires, key=lambda c: c.__tablename__))
    if system.any_of:
        applies = and_(applies, or_(*map(has, system.any_of)))
    if number is None:
        return applies
    entry = select(LedgerRow.entity_id).where(LedgerRow.entity_id == Entity.id, LedgerRow.system_id == number)
    again = [LedgerRow.version != system.version]
    if retry_failed:
        again.append(LedgerRow.outcome == Outcome.FAILED.value)
    if available := _newly_available(session, number):
        again.append(and_(LedgerRow.outcome == Outcome.UNAVAILABLE.value, LedgerRow.message.in_(available)))
    never = and_(~entry.correlate(Entity).exists(), applies)
    return or_(never, entry.where(or_(*again)).correlate(Entity).exists())


def pending_entities(
    session: Session,
    systems: Collection[System[..., Any]],
    *,
    after: int,
    limit: int,
    named: bool,
    retry_failed: bool = False,
) -> list[int]:
    """Return the next entities, by id, on which any of the systems is pending."""
    condition = _any_pending(session, systems, named, retry_failed)
    statement = select(Entity.id).where(Entity.id > after, condition)
    return list(session.scalars(statement.order_by(Entity.id).limit(limit)))


def pending_among(
    session: Session, systems: Collection[System[..., Any]], entity_ids: Collection[int], *, named: bool
) -> list[int]:
    """Return those of the entities, by id, on which any of the systems is pending."""
    condition = _any_pending(session, systems, named, False)
    statement = select(Entity.id).where(Entity.id.in_(entity_ids), condition)
    return list(session.scalars(statement.order_by(Entity.id)))


def _any_pending(
    session: Session, systems: Collection[System[..., Any]], named: bool, retry_failed: bool
) -> ColumnElement[bool]:
    conditions = [is_pending(session, system, named=named, retry_failed=retry_failed) for system in systems]
    return or_(false(), *conditions)


def _is_out_of_date(
    session: Session, system: System[..., Any] | Step, number: int | None
) -> ColumnElement[bool]:
    """Return the condition that what a system once made is stale or of another version."""
    # That there is none, as nearly always, spares a look for each entity.
    if number is None or not has_outdated(session, number, system.version):
        return false()
    own = select(LedgerRow.entity_id).where(LedgerRow.entity_id == Entity.id)
    return own.where(is_outdated(number, system.version)).correlate(Entity).exists()


def _newly_available(session: Session, number: int) -> list[str]:
    """Return the reasons for being unavailable that hold no longer."""
    reasons: Iterator[str | None] = iter(
        session.scalars(
            select(LedgerRow.message)
            .where(LedgerRow.system_id == number, LedgerRow.outcome == Outcome.UNAVAILABLE.value)
            .distinct()
        )
    )
    return [reason for reason in reasons if reason and has_become_available(reason)]
