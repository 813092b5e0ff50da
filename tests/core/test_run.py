"""Runs bring exactly the missing facts up to date, and say what came of them."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.census import SystemCount, count_entities, count_systems, problems
from dam.core.component import Component, Entity
from dam.core.content import Source
from dam.core.database import Database
from dam.core.executor import InProcess
from dam.core.ledger import Entry, Outcome, read_entries
from dam.core.query import has, lacks, query
from dam.core.recognition import FileExtensionComponent
from dam.core.registry import Registry
from dam.core.run import Runner
from dam.core.state import read_states, write_results
from dam.core.visit import Result, Task, visit
from dam.core.world import World
from tests.core.invented import (
    DivisorComponent,
    DoubleComponent,
    LabelComponent,
    LengthComponent,
    NumberComponent,
    SmallComponent,
    SummaryComponent,
    registry,
)
from tests.core.test_incremental import Bytes

ALL = registry(dict.fromkeys(("t.double", "t.small", "t.divide", "t.summarise", "t.measure"), 1))


@pytest.fixture
def database(invented_database: Database) -> Database:
    return invented_database


def sources(session: Session, entities: Sequence[int]) -> dict[int, Source]:
    return {entity: Bytes(b"four", reachable=True) for entity in entities}


def run(
    database: Database,
    installed: Registry = ALL,
    *names: str,
    found: Callable[[Session, Sequence[int]], dict[int, Source]] = sources,
    retry_failed: bool = False,
    batch: int = 256,
) -> list[Result]:
    chosen = [installed.system(name) for name in names] or None
    runner = Runner(database, installed, InProcess(), found)
    return list(runner.run(chosen, retry_failed=retry_failed, batch=batch))


def numbered(database: Database, *values: int) -> list[int]:
    with database.write() as session:
        world = World(session, ALL)
        return [
            world.spawn(NumberComponent(value=value), FileExtensionComponent(extension=""))
            for value in values
        ]


def values(database: Database, component: type[Component]) -> set[int]:
    with database.read() as session:
        return {entity for (entity,) in session.execute(select(component.entity_id))}


def ledger(database: Database, entity: int) -> dict[str, Entry]:
    with database.read() as session:
        return read_entries(session, [entity])[entity]


def ran(results: list[Result]) -> list[str]:
    return sorted(f"{run.system} {result.entity_id}" for result in results for run in result.runs)


@pytest.mark.parametrize("batch", [1, 2, 256])
def test_a_run_derives_everything_in_any_batch_size(database: Database, batch: int) -> None:
    entities = numbered(database, 1, 2, 30)
    run(database, batch=batch)

    assert values(database, DoubleComponent) == set(entities)
    assert values(database, SmallComponent) == set(entities[:2])
    assert values(database, DivisorComponent) == set(entities)


def test_a_second_run_has_nothing_to_do(database: Database) -> None:
    numbered(database, 1, 2, 3)
    run(database)

    assert run(database) == []


def test_nothing_is_an_answer_and_is_not_asked_again(database: Database) -> None:
    (entity,) = numbered(database, 30)
    run(database)

    assert ledger(database, entity)["t.small"] == Entry(1, Outcome.NOTHING)
    assert run(database) == []


def test_a_failure_is_recorded_with_its_reason_and_waits_to_be_asked(database: Database) -> None:
    (entity,) = numbered(database, 7)
    run(database)

    assert ledger(database, entity)["t.divide"] == Entry(1, Outcome.FAILED, "14 is unlucky")
    assert run(database) == []
    assert ran(run(database, retry_failed=True)) == [f"t.divide {entity}"]


def test_installing_a_system_makes_exactly_its_facts_pending(database: Database) -> None:
    before = registry({"t.double": 1})
    entities = numbered(database, 1, 2)
    run(database, before)
    after = registry({"t.double": 1, "t.small": 1})

    assert ran(run(database, after)) == sorted(f"t.small {entity}" for entity in entities)


def test_raising_a_version_runs_it_and_cuts_off_where_nothing_changed(database: Database) -> None:
    (entity,) = numbered(database, 1)
    versions = {"t.double": 1, "t.small": 1}
    run(database, registry(versions))

    assert ran(run(database, registry({**versions, "t.double": 2}))) == [f"t.double {entity}"]
    assert ran(run(database, registry({**versions, "t.double": 3}))) == [
        f"t.double {entity}",
        f"t.small {entity}",
    ]


def test_running_one_system_leaves_what_depends_on_it_pending(database: Database) -> None:
    (entity,) = numbered(database, 1)
    run(database, registry({"t.double": 1, "t.small": 1}))
    raised = registry({"t.double": 3, "t.small": 1})
    run(database, raised, "t.double")

    assert ran(run(database, raised)) == [f"t.small {entity}"]


def test_changing_an_input_changes_what_was_derived(database: Database) -> None:
    (entity,) = numbered(database, 1)
    run(database)
    with database.write() as session:
        World(session, ALL).add(entity, NumberComponent(value=30))
    run(database)

    with database.read() as session:
        world = World(session, ALL)
        double = world.get(entity, DoubleComponent)
        assert double is not None
        assert double.value == 60
        assert world.get(entity, SmallComponent) is None


def test_content_out_of_reach_stays_pending(database: Database) -> None:
    (entity,) = numbered(database, 1)
    (result,) = run(database, found=lambda session, entities: {})

    assert result.content == "unreachable"
    assert "t.measure" not in ledger(database, entity)
    assert values(database, DoubleComponent) == {entity}
    assert ran(run(database)) == [f"kind.recognise {entity}", f"t.measure {entity}"]
    assert values(database, LengthComponent) == {entity}


def test_a_result_is_dropped_if_the_entity_changed_meanwhile(database: Database) -> None:
    (entity,) = numbered(database, 1)
    with database.read() as session:
        given = read_states(session, ALL, [entity])
    late = visit(Task(entity, ALL.systems, given[entity].rows, source=Bytes(b"four", reachable=True)))
    with database.write() as session:
        World(session, ALL).add(entity, NumberComponent(value=2))
    with database.write() as session:
        assert write_results(session, ALL, [late], given) == []

    run(database)
    with database.read() as session:
        double = World(session, ALL).get(entity, DoubleComponent)
    assert double is not None
    assert double.value == 4


def test_despawning_takes_every_component_and_entry_along(database: Database) -> None:
    (entity,) = numbered(database, 1)
    run(database)
    with database.write() as session:
        World(session, ALL).despawn(entity)

    assert values(database, DoubleComponent) == set()
    assert ledger(database, entity) == {}


def test_a_derived_component_cannot_be_authored(database: Database) -> None:
    (entity,) = numbered(database, 1)

    with (
        pytest.raises(TypeError, match=r"Double is derived: t\.double makes it"),
        database.write() as session,
    ):
        World(session, ALL).add(entity, DoubleComponent(value=5))


def test_any_derived_row_may_be_removed_and_comes_back_equal(database: Database) -> None:
    (entity,) = numbered(database, 1)
    run(database)
    with database.write() as session:
        World(session, ALL).remove(entity, DivisorComponent)
    assert values(database, DivisorComponent) == set()
    run(database)

    assert values(database, DivisorComponent) == {entity}


def test_the_session_is_rolled_back_when_the_caller_fails(database: Database) -> None:
    def spawn_and_fail() -> None:
        with database.write() as session:
            World(session, ALL).spawn(NumberComponent(value=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        spawn_and_fail()

    with database.read() as session:
        assert count_entities(session) == 0


def test_queries_tell_who_has_and_who_lacks(database: Database) -> None:
    small, large = numbered(database, 1, 30)
    with database.write() as session:
        World(session, ALL).add(large, LabelComponent(label="x"), LabelComponent(label="y"))
    run(database)

    with database.read() as session:
        world = World(session, ALL)
        without = query(NumberComponent).where(lacks(SmallComponent)).order_by(Entity.id)
        assert [row.id for row in world.rows(without)] == [large]
        having = query().where(has(NumberComponent, SmallComponent))
        assert [row.id for row in world.rows(having)] == [small]
        both = query(NumberComponent, LabelComponent).where(has(DoubleComponent))
        assert sorted((row[0], row[2].label) for row in world.rows(both)) == [(large, "x"), (large, "y")]


def test_the_census_counts_what_is_pending_done_and_failed(database: Database) -> None:
    lucky, unlucky = numbered(database, 1, 7)
    before = {count.system: count for count in _census(database)}
    run(database)
    after = {count.system: count for count in _census(database)}

    assert (before["t.double"].pending, before["t.small"].pending) == (2, 0)
    assert (after["t.double"].done, after["t.double"].pending) == (2, 0)
    assert (after["t.divide"].done, after["t.divide"].failed) == (1, 1)
    with database.read() as session:
        (problem,) = problems(session, ALL, Outcome.FAILED)
    assert (problem.entity, problem.system, problem.message) == (unlucky, "t.divide", "14 is unlucky")
    assert values(database, SummaryComponent).isdisjoint({lucky, unlucky})


def _census(database: Database) -> list[SystemCount]:
    with database.read() as session:
        return count_systems(session, ALL)
