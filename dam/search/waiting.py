"""How many assets of a kind a system has still to run on, so that a search leaves them out."""

from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from dam.core.component import Kind
from dam.core.ledger import LedgerRow, Outcome, system_ids_known
from dam.core.system import System

_UNKNOWN = -1
"""The id of a system that was never run: no entry has it."""


def count_waiting(session: Session, kind: type[Kind], system: System[..., Any]) -> int:
    """Count the assets of a kind without a current entry of a system that runs on all of them.

    Those on which it failed do not wait; those for which its library is missing do.
    """
    number = system_ids_known(session, [system.name]).get(system.name, _UNKNOWN)
    there = session.scalar(select(func.count()).select_from(kind)) or 0
    entries = select(func.count()).select_from(LedgerRow).where(LedgerRow.system_id == number)
    current = session.scalar(entries.where(LedgerRow.version == system.version)) or 0
    # A literal, and no look at the version's index: then there is an index of just those.
    waits = LedgerRow.outcome == literal(Outcome.UNAVAILABLE.value, literal_execute=True)
    missing = session.scalar(entries.where(waits, LedgerRow.version + 0 == system.version)) or 0
    return max(0, there - current + missing)
