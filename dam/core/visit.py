"""One visit: one entity, its bytes, and all its pending systems, in dependency order.

A visit reads no database and writes none. It gets what is known of the entity as plain values and
returns what changed, so it runs the same in this process, in a worker and at ingest.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from dam.core.component import Component, Values, build, is_single, other_keys, values_of
from dam.core.content import Content, DerivedStore, Source
from dam.core.holdable import require_holdable
from dam.core.job import Unwatched, Watch
from dam.core.ledger import Entry, Outcome, Run
from dam.core.system import (
    Callee,
    Parameter,
    Resource,
    System,
    Unavailable,
    as_components,
    has_become_available,
)
from dam.errors import IntegrityError, NoLibrary, NoSpace, SourceError, StoreError

Rows = dict[type[Component], list[Values]]
AnySystem = System[..., Any]

MESSAGE_LIMIT = 2000
_NOT_THE_SYSTEMS_FAULT = (IntegrityError, StoreError, NoSpace, NoLibrary, SourceError)
"""What concerns the bytes or the store: it must not be recorded as a failure of the system."""


@dataclass(frozen=True)
class Task:
    """What a visit works on; it pickles."""

    entity_id: int
    systems: tuple[AnySystem, ...]
    """Every installed system, those that make a component before those that need it."""
    rows: Rows
    """The entity's components that any of the systems needs or makes."""
    ledger: Mapping[str, Entry] = field(default_factory=dict)
    source: Source | None = None
    """Where the bytes are; None if they cannot be reached now."""
    derived: DerivedStore | None = None
    selected: frozenset[str] | None = None
    """The systems to run, by name; None means all that are not on demand."""
    retry_failed: bool = False
    barred: Mapping[str, str] = field(default_factory=dict)
    """Steps that killed a worker on this entity, with the reason: they fail without being tried."""

    name: str = ""
    """What people know it by as long as it has no number."""

    @property
    def subject(self) -> str:
        """Give its name or number."""
        return self.name or f"entity {self.entity_id}"

    @property
    def cost(self) -> int:
        """Give the size of the content, which bounds what is read."""
        return self.source.size if self.source else 0

    def run(self, watch: Watch) -> "Result":
        """Visit the entity."""
        return visit(self, watch)

    def without(self, step: str, reason: str) -> Self:
        """Return the task with one more step barred."""
        return replace(self, barred={**self.barred, step: reason})


@dataclass
class Result:
    """What a visit found out; it pickles."""

    entity_id: int
    runs: list[Run] = field(default_factory=list)
    products: Rows = field(default_factory=dict)
    """The components that are new or other than before; an empty list takes the old rows away."""
    forgotten: list[str] = field(default_factory=list)
    """Systems that no longer apply to the entity, or that are on demand and out of date."""
    stale: list[str] = field(default_factory=list)
    """Systems that were not selected, though their inputs changed."""
    content: Literal["fine", "unreachable", "altered"] = "fine"
    content_message: str | None = None


def visit(task: Task, watch: Watch | None = None) -> Result:
    """Run every selected system that is due on the task's entity.

    `watch` is told the name of each resource and system before it runs, so that whoever watches knows
    what killed a worker. A system that raises costs its own `failed` entry only.
    """
    visitor = _Visitor(task, watch or Unwatched())
    try:
        with visitor.closing:
            # Errors that are kept there know this visit: memory, and what is staged, would wait for the
            # garbage collector.
            visitor.closing.callback(visitor.built.clear)
            for system in task.systems:
                visitor.consider(system)
    except IntegrityError as error:
        return Result(task.entity_id, content="altered", content_message=error.message)
    except SourceError as error:
        # The file changed while it was visited, so nothing that was made of it can be trusted.
        return Result(task.entity_id, content="unreachable", content_message=error.message)
    return visitor.result


class _Visitor:
    """The state of one visit."""

    def __init__(self, task: Task, watch: Watch) -> None:
        self.task = task
        self.watch = watch
        self.rows: Rows = dict(task.rows)
        self.result = Result(task.entity_id)
        self.changed: set[type[Component]] = set()
        self.built: dict[Callee[..., Any], Any] = {}
        self.closing = ExitStack()
        self._content: Content | None = None

    def consider(self, system: AnySystem) -> None:
        """Run, skip, forget or mark stale one system, as the entity's components demand."""
        entry = self.task.ledger.get(system.name)
        applies = system.applies_to(self.rows)
        if entry is None and not applies:
            return  # Most systems are about other kinds: nothing may be slow up to here.
        touched = not self.changed.isdisjoint(system.inputs)
        if system.on_demand and self.task.selected is None:
            # Nobody asks for it now: what it made earlier must not be wrong, but need not be there.
            if entry is not None and (touched or not applies or entry.version != system.version):
                self._withdraw(system)
            return
        selected = self.task.selected is None or system.name in self.task.selected
        if not applies:
            if entry is not None and selected:
                self._withdraw(system)
            elif entry is not None:
                self.result.stale.append(system.name)
            return
        if not (touched or self._is_due(system, entry)):
            return
        if not selected or (system.needs_content and not self._reach_content()):
            if touched and entry is not None:
                self.result.stale.append(system.name)
            return
        self._run(system)

    def _is_due(self, system: AnySystem, entry: Entry | None) -> bool:
        if entry is None or entry.version != system.version:
            return True
        if entry.outcome is Outcome.FAILED:
            return self.task.retry_failed
        return entry.outcome is Outcome.UNAVAILABLE and has_become_available(entry.message or "")

    def _withdraw(self, system: AnySystem) -> None:
        """Take back what a system made while it still applied."""
        self.result.forgotten.append(system.name)
        self._replace(system, [])

    def _run(self, system: AnySystem) -> None:
        if system.allowance is not None:
            self.watch.allow(system.allowance)
        try:
            made = self._call(system)
            outcome, message = (Outcome.DONE if made else Outcome.NOTHING), None
        except Unavailable as missing:
            made, outcome, message = [], Outcome.UNAVAILABLE, missing.message
        except _NOT_THE_SYSTEMS_FAULT:
            raise
        except MemoryError as error:
            made, outcome, message = [], Outcome.FAILED, self._with_noise("out of memory", error)
        except Exception as error:  # noqa: BLE001 - any fault of a system is that system's failed entry
            made, outcome, message = [], Outcome.FAILED, self._with_noise(_reason(error), error)
        self.result.runs.append(Run(system.name, system.version, outcome, message))
        self._replace(system, made)

    def _call(self, system: AnySystem) -> list[Component]:
        arguments = self._arguments(system)
        self._step(system.name)
        made = as_components(system.function(**arguments))
        strangers = {type(component) for component in made} - set(system.products)
        if strangers:
            raise TypeError(f"made {next(iter(strangers)).__name__}, which its annotation does not name")
        for component in made:
            require_holdable(component)
        return made

    def _replace(self, system: AnySystem, made: list[Component]) -> None:
        """Take over a system's products where they differ from what was there."""
        for product in system.products:
            values = _sorted(
                [values_of(component) for component in made if type(component) is product], product
            )
            if values == _sorted(self.rows.get(product, []), product):
                continue
            self.rows[product] = values
            self.result.products[product] = values
            self.changed.add(product)

    def _arguments(self, callee: Callee[..., Any]) -> dict[str, Any]:
        return {parameter.name: self._argument(parameter) for parameter in callee.parameters}

    def _argument(self, parameter: Parameter) -> Any:
        if parameter.resource is not None:
            return self._resource(parameter.resource)
        if parameter.component is not None:
            rows = self.rows[parameter.component]
            made = tuple(build(parameter.component, values, self.task.entity_id) for values in rows)
            return made if parameter.every else made[0]
        if parameter.special is Content:
            return self._content
        if self.task.derived is None:
            raise ValueError("no store for derived bytes")
        return self.task.derived

    def _resource(self, resource: Resource[..., Any]) -> Any:
        """Return the resource, built once; a failure to build it is everybody's who asks."""
        if resource not in self.built:
            try:
                arguments = self._arguments(resource)
                self._step(resource.label)
                self.built[resource] = resource.function(**arguments)
            except _NOT_THE_SYSTEMS_FAULT:
                raise
            except Exception as error:  # noqa: BLE001 - kept and raised again for each system that asks
                if noise := self.watch.noise():
                    error.add_note(noise)  # For each of them, not only for the first one.
                self.built[resource] = _Failure(error)
        made = self.built[resource]
        if not isinstance(made, _Failure):
            return made
        try:
            raise made.error
        finally:
            del made  # The error keeps this frame, which must not keep the error.

    def _step(self, name: str) -> None:
        if name in self.task.barred:
            raise RuntimeError(self.task.barred[name])
        self.watch.step(name)

    def _with_noise(self, reason: str, error: BaseException) -> str:
        """Return a reason with what libraries said about it behind our back, as text any database holds."""
        noise = [*getattr(error, "__notes__", []), self.watch.noise()]
        return _holdable(": ".join(filter(None, [reason, *noise])))

    def _reach_content(self) -> bool:
        if self._content is not None:
            return True
        if self.task.source is None or self.result.content == "unreachable":
            self.result.content = "unreachable"
            return False
        try:
            self._content = self.closing.enter_context(self.task.source.content())
        except SourceError as error:
            self.result.content = "unreachable"
            self.result.content_message = error.message
            return False
        return True


@dataclass(frozen=True)
class _Failure:
    error: Exception


def in_dependency_order(systems: list[AnySystem]) -> tuple[AnySystem, ...]:
    """Return the systems, makers before needers and otherwise by name.

    Raises TypeError if two systems make the same component or need each other in a circle.
    """
    makers: dict[type[Component], AnySystem] = {}
    for system in sorted(systems, key=lambda s: s.name):
        for product in system.products:
            if product in makers:
                raise TypeError(f"{product.__name__} is made by {makers[product].name} and by {system.name}")
            makers[product] = system
    waiting = {s.name: s for s in sorted(systems, key=lambda s: s.name)}
    if len(waiting) != len(systems):
        raise TypeError("two systems have the same name")
    ordered: list[AnySystem] = []
    while waiting:
        ready = [
            s for s in waiting.values() if not any(makers[c].name in waiting for c in s.inputs if c in makers)
        ]
        if not ready:
            raise TypeError(f"systems need each other in a circle: {', '.join(waiting)}")
        ordered += ready
        for system in ready:
            del waiting[system.name]
    return tuple(ordered)


def _sorted(rows: list[Values], component: type[Component]) -> list[Values]:
    """Return rows in the order of their key, so that equal sets of rows compare equal."""
    if is_single(component):
        return rows
    keys = other_keys(component)
    return sorted(rows, key=lambda row: [row[key] for key in keys])


def _reason(error: Exception) -> str:
    """Return why a system failed, as one line that every database can hold."""
    return _holdable(" ".join(str(error)[: 2 * MESSAGE_LIMIT].split()) or type(error).__name__)


def _holdable(text: str) -> str:
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()[:MESSAGE_LIMIT]
