"""The ledger: what came of every run of a system on an entity."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    and_,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.columns import RowId
from dam.core.component import Base, table_of
from dam.core.database import insert_or_ignore
from dam.core.partial_index import PartialIndex

STALE = -1
"""The version of an entry whose inputs have changed since: the system is pending again."""


class Outcome(IntEnum):
    """How a run ended. Nothing is an answer."""

    DONE = 1
    NOTHING = 2
    FAILED = 3
    UNAVAILABLE = 4


class SystemRow(Base):
    """A system's name, stored once."""

    __tablename__ = "system"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(Text, unique=True)


class LedgerRow(Base):
    """How one system's latest run on one entity ended, and with which version."""

    __tablename__ = "ledger"

    entity_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    system_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("system.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(RowId)
    outcome: Mapped[int] = mapped_column(SmallInteger)
    message: Mapped[str | None] = mapped_column(Text, default=None)

    __table_args__ = (
        PartialIndex(
            "ix_ledger_problem",
            "system_id",
            "outcome",
            "entity_id",
            where=or_(outcome == Outcome.FAILED.value, outcome == Outcome.UNAVAILABLE.value),
        ),
        # Its ends tell whether all of a system's entries are of one version.
        Index("ix_ledger_version", "system_id", "version"),
        PartialIndex("ix_ledger_stale", "entity_id", where=version == STALE),
        {"sqlite_with_rowid": False},
    )


@dataclass(frozen=True)
class Entry:
    """What the ledger says of one system on one entity."""

    version: int
    outcome: Outcome
    message: str | None = None


@dataclass(frozen=True)
class Run:
    """The outcome of one run, on its way into the ledger."""

    system: str
    version: int
    outcome: Outcome
    message: str | None = None


def system_ids(session: Session, names: Collection[str]) -> dict[str, int]:
    """Return the ids of these systems' names, adding the names that are new."""
    known = system_ids_known(session, names)
    missing = sorted(set(names) - set(known))
    if not missing:
        return known
    session.execute(insert_or_ignore(session, SystemRow), [{"name": name} for name in missing])
    return system_ids_known(session, names)


def system_ids_known(session: Session, names: Collection[str]) -> dict[str, int]:
    """Return the ids of those of these systems that have ever been run."""
    rows = session.execute(select(SystemRow.name, SystemRow.id).where(SystemRow.name.in_(names)))
    return dict(rows.all())


def is_outdated(system_id: int | ColumnElement[int], version: int) -> ColumnElement[bool]:
    """Return the condition that an entry of the ledger is of that system, and of another version than this.

    Said as what lies below and above it: two ranges of `ix_ledger_version`, nearly always empty.
    """
    return or_(*_outdated_ranges(system_id, version))


def has_outdated(session: Session, system_id: int, version: int) -> bool:
    """Tell whether a system has any entry of another version than this, by two looks into an index."""
    entries = select(LedgerRow.entity_id)
    ends = (exists(entries.where(some)) for some in _outdated_ranges(system_id, version))
    return bool(session.scalar(select(or_(*ends))))


def _outdated_ranges(system_id: int | ColumnElement[int], version: int) -> list[ColumnElement[bool]]:
    own = LedgerRow.system_id == system_id
    return [and_(own, LedgerRow.version < version), and_(own, LedgerRow.version > version)]


def read_entries(session: Session, entity_ids: Sequence[int]) -> dict[int, dict[str, Entry]]:
    """Return the ledger of these entities, by entity and system name."""
    found: dict[int, dict[str, Entry]] = {entity_id: {} for entity_id in entity_ids}
    rows = session.execute(
        select(LedgerRow.entity_id, SystemRow.name, LedgerRow.version, LedgerRow.outcome, LedgerRow.message)
        .join(SystemRow, SystemRow.id == LedgerRow.system_id)
        .where(LedgerRow.entity_id.in_(entity_ids))
        .order_by(SystemRow.name)
    )
    for entity_id, name, version, outcome, message in rows:
        found[entity_id][name] = Entry(version, Outcome(outcome), message)
    return found


def write_runs(session: Session, runs: Sequence[tuple[int, Run]], *, fresh: bool = False) -> None:
    """Record these runs, replacing what the ledger said of the same system and entity.

    If the entities are `fresh`, it said nothing.
    """
    if not runs:
        return
    ids = system_ids(session, {run.system for _, run in runs})
    if not fresh:
        forget(session, [(entity_id, run.system) for entity_id, run in runs])
    session.execute(
        insert(table_of(LedgerRow)),
        [
            {
                "entity_id": entity_id,
                "system_id": ids[run.system],
                "version": run.version,
                "outcome": run.outcome.value,
                "message": run.message,
            }
            for entity_id, run in runs
        ],
    )


def forget(session: Session, pairs: Sequence[tuple[int, str]]) -> None:
    """Delete the entries of these entities and systems, so that they were never run."""
    for number, entity_ids in _by_system(session, pairs):
        session.execute(
            delete(LedgerRow).where(LedgerRow.system_id == number, LedgerRow.entity_id.in_(entity_ids))
        )


def mark_stale(session: Session, pairs: Sequence[tuple[int, str]]) -> None:
    """Make these systems pending again on these entities, leaving their products for comparison."""
    for number, entity_ids in _by_system(session, pairs):
        session.execute(
            update(LedgerRow)
            .where(LedgerRow.system_id == number, LedgerRow.entity_id.in_(entity_ids))
            .values(version=STALE)
        )


def mark_all_stale(session: Session, entity_id: int) -> None:
    """Make every system that was ever run on an entity pending again."""
    session.execute(update(LedgerRow).where(LedgerRow.entity_id == entity_id).values(version=STALE))


def find_stale(session: Session, limit: int) -> set[int]:
    """Return entities, so many at most, on which a system is pending because of what has changed."""
    # Written out, since a database cannot tell that a parameter fits a partial index.
    is_stale = LedgerRow.version == literal(STALE, literal_execute=True)
    return set(session.scalars(select(LedgerRow.entity_id).where(is_stale).distinct().limit(limit)))


def mark_strangers_stale(session: Session, entity_ids: Collection[int], known: Collection[str]) -> None:
    """Make systems that are not installed now pending for when they come back.

    What they need is unknown, so any change to an entity may concern them.
    """
    strangers = session.scalars(select(SystemRow.name).where(SystemRow.name.not_in(known))).all()
    mark_stale(session, [(entity_id, name) for name in strangers for entity_id in entity_ids])


def _by_system(session: Session, pairs: Sequence[tuple[int, str]]) -> Iterable[tuple[int, list[int]]]:
    grouped: dict[str, list[int]] = {}
    for entity_id, name in pairs:
        grouped.setdefault(name, []).append(entity_id)
    if not grouped:
        return []
    ids = system_ids(session, list(grouped))
    return [(ids[name], entity_ids) for name, entity_ids in grouped.items()]
