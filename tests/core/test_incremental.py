"""Incremental = from scratch: the property that decides whether the core is right.

Whatever was added, replaced, removed, upgraded, installed, uninstalled and run in between, in whatever
batches: once everything pending has run, the derived tables and the ledger are those of a library that
was made in one go, and that was asked for the very same of what is made on demand only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete
from sqlalchemy.orm import Session

from dam.core.component import Base, Component, Entity
from dam.core.content import Content, DerivedStore, Source
from dam.core.database import Database
from dam.core.executor import InProcess
from dam.core.ledger import Entry, LedgerRow, SystemRow
from dam.core.recognition import FileExtensionComponent
from dam.core.registry import Registry
from dam.core.run import Runner
from dam.core.state import State, read_states
from dam.core.visit import Task, visit
from dam.core.world import World
from dam.errors import SourceUnreachable
from tests.core.invented import (
    AUTHORED,
    INVENTED,
    MAKERS,
    ON_DEMAND,
    CapitalKind,
    CostlyComponent,
    DigitKind,
    DivisorComponent,
    DoubleComponent,
    LabelComponent,
    LengthComponent,
    NumberComponent,
    registry,
)
from tests.core.state_machines import prove

NAMES = st.sampled_from(sorted(MAKERS))
CONTENTS = st.sampled_from([b"Hello", b"hello", b"4 apples", b"Xx", b"", b"\xff"])
EXTENSIONS = st.sampled_from(["", "txt", "num"])


@dataclass(frozen=True)
class Bytes:
    """A source that reads from memory, or fails as a disk that is not there does."""

    data: bytes
    reachable: bool

    @property
    def size(self) -> int:
        return len(self.data)

    @contextmanager
    def content(self) -> Iterator[Content]:
        if not self.reachable:
            raise SourceUnreachable("cannot read: memory: switched off")
        yield Content.from_bytes(self.data)


@dataclass
class Bench:
    """The database under test, kept for all examples and emptied before each."""

    database: Database
    contents: dict[int, Bytes] = field(default_factory=dict)

    def reset(self) -> None:
        self.contents.clear()
        with self.database.write() as session:
            tables: list[type[Base]] = [LedgerRow, SystemRow, *INVENTED, FileExtensionComponent, Entity]
            for table in tables:
                session.execute(delete(table))

    def sources(self, session: Session, entities: Sequence[int]) -> dict[int, Source]:
        return {entity: self.contents[entity] for entity in entities}


class Incremental(RuleBasedStateMachine):
    """Does everything that can happen to a library, in any order."""

    bench: Bench

    @initialize()
    def begin(self) -> None:
        self.bench.reset()
        self.versions = dict.fromkeys(MAKERS, 1)
        self.away: dict[str, int] = {}
        self.kinds: tuple[Any, ...] = (CapitalKind, DigitKind)
        self.entities: list[int] = []
        self.spawn(b"Hello", 3, "txt")
        self.spawn(b"4 apples", None, "")

    @property
    def registry(self) -> Registry:
        return registry({n: v for n, v in self.versions.items() if n not in self.away}, self.kinds)

    @contextmanager
    def world(self) -> Iterator[World]:
        with self.bench.database.write() as session:
            yield World(session, self.registry)

    def an_entity(self, index: int) -> int | None:
        return self.entities[index % len(self.entities)] if self.entities else None

    @rule(content=CONTENTS, number=st.integers(0, 12) | st.none(), extension=EXTENSIONS)
    def spawn(self, content: bytes, number: int | None, extension: str) -> None:
        with self.world() as world:
            components: list[Component] = [FileExtensionComponent(extension=extension)]
            if number is not None:
                components.append(NumberComponent(value=number))
            entity = world.spawn(*components)
        self.entities.append(entity)
        self.bench.contents[entity] = Bytes(content, reachable=True)

    @rule(index=st.integers(0, 9))
    def despawn(self, index: int) -> None:
        if (entity := self.an_entity(index)) is not None:
            with self.world() as world:
                world.despawn(entity)
            self.entities.remove(entity)

    @rule(index=st.integers(0, 9), number=st.integers(0, 12))
    def set_number(self, index: int, number: int) -> None:
        if (entity := self.an_entity(index)) is not None:
            with self.world() as world:
                world.add(entity, NumberComponent(value=number))

    @rule(index=st.integers(0, 9), label=st.sampled_from("abc"))
    def add_label(self, index: int, label: str) -> None:
        if (entity := self.an_entity(index)) is not None:
            with self.world() as world:
                world.add(entity, LabelComponent(label=label))

    @rule(index=st.integers(0, 9), extension=EXTENSIONS)
    def add_extension(self, index: int, extension: str) -> None:
        if (entity := self.an_entity(index)) is not None:
            with self.world() as world:
                world.add(entity, FileExtensionComponent(extension=extension))

    @rule(index=st.integers(0, 9), component=st.sampled_from(AUTHORED))
    def remove_authored(self, index: int, component: type[Component]) -> None:
        if (entity := self.an_entity(index)) is not None:
            with self.world() as world:
                world.remove(entity, component)

    @rule(
        index=st.integers(0, 9),
        component=st.sampled_from(
            [DoubleComponent, DivisorComponent, LengthComponent, CapitalKind, CostlyComponent]
        ),
    )
    def remove_derived(self, index: int, component: type[Component]) -> None:
        if (entity := self.an_entity(index)) is not None:
            with self.world() as world:
                world.remove(entity, component)

    @rule(name=NAMES)
    def raise_version(self, name: str) -> None:
        self.versions[name] += 1

    @rule(name=NAMES)
    def uninstall(self, name: str) -> None:
        self.away[name] = self.versions[name]

    @rule()
    def install_all(self) -> None:
        self.away.clear()

    @rule(kinds=st.sampled_from([(), (CapitalKind,), (DigitKind,), (CapitalKind, DigitKind)]))
    def change_kinds(self, kinds: tuple[Any, ...]) -> None:
        self.kinds = kinds

    @rule(index=st.integers(0, 9), reachable=st.booleans())
    def reach(self, index: int, reachable: bool) -> None:
        if (entity := self.an_entity(index)) is not None:
            self.bench.contents[entity] = Bytes(self.bench.contents[entity].data, reachable)

    @rule(names=st.sets(NAMES, min_size=1), batch=st.integers(1, 4), retry=st.booleans())
    def run_some(self, names: set[str], batch: int, retry: bool) -> None:
        chosen = [system for system in self.registry.systems if system.name in names]
        if chosen:
            self.run(chosen, batch, retry)

    @rule(name=NAMES, steps=st.integers(1, 3))
    def upgrade_alone(self, name: str, steps: int) -> None:
        """Raise one system and run just that one: what depends on it has to notice later."""
        self.away.pop(name, None)
        self.versions[name] += steps
        chosen = [system for system in self.registry.systems if system.name == name]
        if chosen:
            self.run(chosen, 4, retry=False)
        self.run_all(4, retry=False)

    @rule(name=NAMES, index=st.integers(0, 9), number=st.integers(0, 12))
    def change_while_away(self, name: str, index: int, number: int) -> None:
        """Change what was authored, and run the others, while a system is not installed."""
        self.run_all(4, retry=False)
        self.uninstall(name)
        self.set_number(index, number)
        self.run_all(4, retry=False)
        self.away.pop(name)
        self.run_all(4, retry=False)

    @rule(name=NAMES, other=NAMES)
    def upgrade_while_away(self, name: str, other: str) -> None:
        """Change what others derive while a system is not installed."""
        self.run_all(4, retry=False)
        self.uninstall(name)
        self.raise_version(other)
        self.raise_version(other)
        self.run_all(4, retry=False)
        self.away.pop(name)
        self.run_all(4, retry=False)

    @rule(index=st.integers(0, 9), component=st.sampled_from(AUTHORED))
    def run_and_remove(self, index: int, component: type[Component]) -> None:
        """Take an input away from systems that have run."""
        self.run_all(4, retry=False)
        self.remove_authored(index, component)
        self.run_all(4, retry=False)

    @rule(indices=st.sets(st.integers(0, 9)), names=st.sets(NAMES, min_size=1), batch=st.integers(1, 4))
    def run_some_on(self, indices: set[int], names: set[str], batch: int) -> None:
        present = self.registry
        chosen = [system for system in present.systems if system.name in names]
        entities = {entity for index in indices if (entity := self.an_entity(index)) is not None}
        runner = Runner(self.bench.database, present, InProcess(), self.bench.sources)
        results = list(runner.run_on(entities, chosen, batch=batch))
        assert {result.entity_id for result in results} <= entities
        assert {run.system for result in results for run in result.runs} <= names

    @rule(indices=st.sets(st.integers(0, 9), min_size=1), batch=st.integers(1, 4))
    def ask(self, indices: set[int], batch: int) -> None:
        """Ask for what is made on demand: it is there wherever it can be made, and it stays."""
        self.run_all(batch, retry=False)
        self.run_some_on(indices, set(ON_DEMAND), batch)
        self.check_asked(indices)
        self.run_all(batch, retry=False)
        self.check_asked(indices)

    @rule(index=st.integers(0, 9), number=st.integers(0, 12))
    def ask_and_change(self, index: int, number: int) -> None:
        """Change what something on demand was made of: it is not made again, and nothing wrong stays."""
        self.ask({index}, 4)
        self.set_number(index, number)
        assert not set(self.run_what_is_pending(4, retry=False)) & set(ON_DEMAND)

    @rule(batch=st.integers(1, 4), retry=st.booleans())
    def run_all(self, batch: int, retry: bool) -> None:
        self.run_what_is_pending(batch, retry)

    def run_what_is_pending(self, batch: int, retry: bool) -> list[str]:
        for entity, content in self.bench.contents.items():
            self.bench.contents[entity] = Bytes(content.data, reachable=True)
        ran = self.run(None, batch, retry)
        self.check()
        return ran

    def run(self, chosen: list[Any] | None, batch: int, retry: bool) -> list[str]:
        runner = Runner(self.bench.database, self.registry, InProcess(), self.bench.sources)
        results = runner.run(chosen, batch=batch, retry_failed=retry)
        return [run.system for result in results for run in result.runs]

    def check(self) -> None:
        """Everything pending has run: compare with a visit that knows nothing but what was authored."""
        present = self.registry
        with self.bench.database.read() as session:
            states = read_states(session, present, self.entities)
        for entity, state in states.items():
            expected = from_scratch(present, entity, state, self.bench.contents[entity])
            assert set(expected.ledger) >= asked_for(present, state)
            installed = {name: entry for name, entry in state.ledger.items() if name in expected.ledger}
            assert {c: rows for c, rows in state.rows.items() if rows} == expected.rows
            assert installed == expected.ledger
            names = {system.name for system in present.systems}
            assert {name for name in state.ledger if name in names} == set(expected.ledger)

    def check_asked(self, indices: set[int]) -> None:
        """Wherever a system on demand was asked for and applies, the ledger says what came of it."""
        present = self.registry
        entities = {entity for index in indices if (entity := self.an_entity(index)) is not None}
        with self.bench.database.read() as session:
            states = read_states(session, present, sorted(entities))
        for state in states.values():
            there = {c for c, rows in state.rows.items() if rows}
            wanted = {s.name: s.version for s in present.systems if s.on_demand and s.requires <= there}
            found = {name: entry.version for name, entry in state.ledger.items() if name in wanted}
            assert found == wanted

    @invariant()
    def ledger_knows_only_living_entities(self) -> None:
        if hasattr(self, "entities"):
            with self.bench.database.read() as session:
                known = set(session.query(LedgerRow.entity_id).distinct())
            assert {row[0] for row in known} <= set(self.entities)


def from_scratch(
    present: Registry, entity: int, state: State, content: Bytes, derived: DerivedStore | None = None
) -> State:
    """Return the state that one visit makes of nothing but the authored components.

    Of the systems on demand it runs those that this entity's ledger knows.
    """
    authored = {c: rows for c, rows in state.rows.items() if c not in present.makers}
    selected = {s.name for s in present.systems if not s.on_demand} | asked_for(present, state)
    task = Task(
        entity, present.systems, authored, source=content, derived=derived, selected=frozenset(selected)
    )
    result = visit(task)
    rows = {**authored, **{c: made for c, made in result.products.items() if made}}
    ledger = {run.system: Entry(run.version, run.outcome, run.message) for run in result.runs}
    return State(rows, ledger)


def asked_for(present: Registry, state: State) -> set[str]:
    """Return the systems on demand that have run on an entity."""
    return {system.name for system in present.systems if system.on_demand and system.name in state.ledger}


@pytest.fixture
def bench(invented_database: Database) -> Bench:
    return Bench(invented_database)


def test_incremental_equals_from_scratch(bench: Bench) -> None:
    prove(Incremental, examples=60, steps=30, bench=bench)


@pytest.mark.deep
@pytest.mark.timeout(0)  # As long as it takes.
def test_incremental_equals_from_scratch_at_length(bench: Bench) -> None:
    prove(Incremental, examples=1500, steps=60, bench=bench)
