"""Media that are compared by a fingerprint each: what is stored of them, and files that are not added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dam.core.component import Component, Kind
from dam.core.executor import Executor
from dam.core.ledger import Entry, Outcome, read_entries
from dam.core.path_text import show_path
from dam.core.recognition import NAME as RECOGNISE
from dam.core.registry import Registry
from dam.core.system import System
from dam.errors import UsageError
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.current_values import current_values
from dam.search.file_visits import Visited, visit_file
from dam.search.waiting import count_waiting

UNKNOWN = -1
"""The id of an entity that is not there."""


@dataclass(frozen=True)
class Compared:
    """By what media of a kind are compared: a component with a `value`, and the system that makes it."""

    kind: type[Kind]
    component: type[Component]
    system: System[..., Any]
    noun: str
    """What one of them is called."""
    nothing: str
    """Why there may be no fingerprint."""
    column: str = "value"
    """Where in the component the fingerprint stands."""


def values_of(session: Session, compared: Compared, entities: Sequence[int]) -> dict[int, bytes]:
    """Return the fingerprints of these entities; those without a current one are left out."""
    return dict(
        current_values(session, compared.component, compared.system, entities, column=compared.column)
    )


def count_uncompared(session: Session, compared: Compared) -> int:
    """Count those that are still to be fingerprinted; those that cannot be decoded never will."""
    return count_waiting(session, compared.kind, compared.system)


def itself(session: Session, entity: int | None, sha256: bytes | None) -> int:
    """Return the entity that is asked about, if the library has it."""
    if entity is not None:
        return entity
    found = find_by_sha256(session, [sha256]) if sha256 else {}
    return next(iter(found.values()), UNKNOWN)


def visit_compared(
    registry: Registry,
    executor: Executor,
    asked: bytes | Visited,
    compared: Compared,
    others: frozenset[str] = frozenset(),
) -> Visited:
    """Fingerprint the file at a path, with the very systems the library uses, and run others on it.

    One that was visited already is not visited again. Raises UsageError for what is of another kind or has
    no fingerprint, SourceError for what cannot be read.
    """
    visited = visit_file(registry, executor, asked, {RECOGNISE, compared.system.name, *others})
    name, result = show_path(visited.path), visited.result
    if result.content != "fine":
        raise UsageError(f"cannot compare: {name}: {result.content_message or 'it cannot be read'}")
    if not result.products.get(compared.kind):
        raise UsageError(f"cannot compare: {name}: not a {compared.noun}")
    if not result.products.get(compared.component):
        (run,) = [run for run in result.runs if run.system == compared.system.name]
        raise _refusal(name, compared, Entry(run.version, run.outcome, run.message))
    return visited


def stored_value(session: Session, compared: Compared, entity: int) -> bytes:
    """Return the fingerprint that the library has of an entity; raises UsageError if it has none."""
    if (value := values_of(session, compared, [entity]).get(entity)) is not None:
        return value
    name = f"entity {entity}"
    if session.get(compared.kind, entity) is None:
        raise UsageError(f"cannot compare: {name}: not a {compared.noun}")
    raise _refusal(name, compared, read_entries(session, [entity])[entity].get(compared.system.name))


def _refusal(name: str, compared: Compared, entry: Entry | None) -> UsageError:
    """Say why there is no fingerprint."""
    if entry is None or entry.version != compared.system.version:
        return UsageError(f"cannot compare: {name}: it has no current fingerprint", hint="dam-cli run")
    if entry.outcome is Outcome.NOTHING:
        return UsageError(f"cannot compare: {name}: {compared.nothing}")
    needs = "needs " if entry.outcome is Outcome.UNAVAILABLE else ""
    return UsageError(f"cannot compare: {name}: {needs}{entry.message}")
