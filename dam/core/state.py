"""What is known of entities, read in bulk and written in bulk around visits."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dam.core.component import Component, Entity, column_names, table_of
from dam.core.ledger import Entry, forget, mark_stale, mark_strangers_stale, read_entries, write_runs
from dam.core.registry import Registry
from dam.core.visit import Result, Rows


@dataclass
class State:
    """An entity's components that systems deal with, and its ledger."""

    rows: Rows = field(default_factory=dict)
    ledger: Mapping[str, Entry] = field(default_factory=dict)


def read_states(session: Session, registry: Registry, entity_ids: Sequence[int]) -> dict[int, State]:
    """Return the state of each of these entities; those that are gone have an empty one."""
    ledgers = read_entries(session, entity_ids)
    states = {entity_id: State(ledger=ledgers[entity_id]) for entity_id in entity_ids}
    for component in registry.involved:
        names = column_names(component)
        columns = [component.entity_id, *(getattr(component, name) for name in names)]
        ordered = select(*columns).order_by(*component.__mapper__.primary_key)
        for entity_id, *values in session.execute(ordered.where(component.entity_id.in_(entity_ids))):
            row = dict(zip(names, values, strict=True))
            states[entity_id].rows.setdefault(component, []).append(row)
    return states


def lock_entities(session: Session, entity_ids: Collection[int]) -> None:
    """Keep others from changing these entities until the transaction ends.

    SQLite has one writer anyway; on PostgreSQL the rows are locked in the order of their ids.
    """
    if session.get_bind().dialect.name != "sqlite":
        locked = select(Entity.id).where(Entity.id.in_(entity_ids)).order_by(Entity.id)
        session.execute(locked.with_for_update(key_share=True)).all()


def write_results(
    session: Session, registry: Registry, results: Iterable[Result], given: Mapping[int, State]
) -> list[Result]:
    """Write what visits found out; return the results that were written.

    `given` is what each visit was told. If an entity has changed since, its result is left out: the
    systems stay pending, or somebody else has just run them.
    """
    candidates = {result.entity_id: result for result in results if result.content != "altered"}
    entity_ids = sorted(candidates)
    if not entity_ids:
        return []
    lock_entities(session, entity_ids)
    present = read_states(session, registry, entity_ids)
    kept = [candidates[entity_id] for entity_id in entity_ids if present[entity_id] == given[entity_id]]
    _write(session, registry, kept, {result.entity_id for result in kept})
    return kept


def touch(
    session: Session, registry: Registry, entity_ids: Sequence[int], component: type[Component]
) -> None:
    """Make every system that may depend on a component pending on these entities."""
    needers = [work.name for work in registry.works if component in work.inputs]
    mark_stale(session, [(entity_id, name) for entity_id in entity_ids for name in needers])
    mark_strangers_stale(session, entity_ids, {work.name for work in registry.works})


def write_first_results(session: Session, registry: Registry, results: Collection[Result]) -> None:
    """Write the results of entities that this very transaction has added: nothing to compare with."""
    _write(session, registry, results, set())


def _write(session: Session, registry: Registry, results: Collection[Result], known: Collection[int]) -> None:
    """Write results; nothing stands yet of entities that are not `known`."""
    by_component: dict[type[Component], list[Result]] = {}
    for result in results:
        for component in result.products:
            by_component.setdefault(component, []).append(result)
    for component in _in_order(by_component):
        concerned = by_component[component]
        old = [result.entity_id for result in concerned if result.entity_id in known]
        if old:
            session.execute(delete(component).where(component.entity_id.in_(old)))
        fresh = [
            {"entity_id": result.entity_id, **values}
            for result in concerned
            for values in result.products[component]
        ]
        if fresh:
            session.execute(insert(table_of(component)), fresh)
    runs = [(result.entity_id, run) for result in results for run in result.runs]
    write_runs(session, runs, fresh=not known)
    forget(session, [(result.entity_id, name) for result in results for name in result.forgotten])
    mark_stale(session, [(result.entity_id, name) for result in results for name in result.stale])
    changed = [result.entity_id for result in results if result.products and result.entity_id in known]
    if changed:
        # No visit considers steps: to it they are strangers.
        mark_strangers_stale(session, changed, {system.name for system in registry.systems})


def _in_order(components: Iterable[type[Component]]) -> list[type[Component]]:
    key: Callable[[type[Component]], str] = lambda component: component.__tablename__  # noqa: E731
    return sorted(components, key=key)
