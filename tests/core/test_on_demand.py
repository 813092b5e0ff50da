"""Systems on demand run where they are named and nowhere else; see also test_incremental.py."""

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from dam.core.census import count_systems
from dam.core.content import Source
from dam.core.database import Database
from dam.core.executor import InProcess
from dam.core.ledger import Entry, Outcome, read_entries
from dam.core.recognition import FileExtensionComponent
from dam.core.registry import Registry
from dam.core.run import Runner
from dam.core.visit import Result
from dam.core.world import World
from tests.core.invented import CostlyComponent, NumberComponent, registry
from tests.core.test_incremental import Bytes

VERSIONS = dict.fromkeys(("t.double", "t.costly", "t.seed", "t.sprout"), 1)
ALL = registry(VERSIONS)


@pytest.fixture
def database(invented_database: Database) -> Database:
    return invented_database


@pytest.fixture
def entities(database: Database) -> list[int]:
    """Three entities on which everything that is not on demand has run."""
    with database.write() as session:
        world = World(session, ALL)
        extension = FileExtensionComponent(extension="")
        made = [world.spawn(NumberComponent(value=value), extension) for value in (1, 2, 3)]
    list(runner(database).run())
    return made


def runner(database: Database, installed: Registry = ALL) -> Runner:
    def find(session: Session, entities: Sequence[int]) -> dict[int, Source]:
        return {entity: Bytes(b"four", reachable=True) for entity in entities}

    return Runner(database, installed, InProcess(), find)


def ask(database: Database, entities: list[int], *names: str, installed: Registry = ALL) -> list[Result]:
    return list(runner(database, installed).run_on(entities, [installed.system(name) for name in names]))


def ran(results: list[Result]) -> list[str]:
    return sorted(f"{run.system} {result.entity_id}" for result in results for run in result.runs)


def costly(database: Database) -> dict[int, int]:
    with database.read() as session:
        return {row.entity_id: row.value for row in session.query(CostlyComponent)}


def pending(database: Database, system: str, installed: Registry = ALL) -> int:
    with database.read() as session:
        return {count.system: count.pending for count in count_systems(session, installed)}[system]


def set_number(database: Database, entity: int, value: int) -> None:
    with database.write() as session:
        World(session, ALL).add(entity, NumberComponent(value=value))


def test_it_is_never_pending_by_itself(database: Database, entities: list[int]) -> None:
    assert (costly(database), pending(database, "t.costly")) == ({}, 0)
    assert list(runner(database).run()) == []
    assert list(runner(database).run_on(entities)) == []


def test_it_runs_on_just_what_it_is_named_for(database: Database, entities: list[int]) -> None:
    first, _, third = entities
    assert ran(ask(database, [third, first], "t.costly")) == [f"t.costly {first}", f"t.costly {third}"]
    assert costly(database) == {first: 6, third: 10}
    assert list(runner(database).run()) == []


def test_naming_it_without_entities_runs_it_on_everything(database: Database, entities: list[int]) -> None:
    assert len(list(runner(database).run([ALL.system("t.costly")]))) == 3
    assert set(costly(database)) == set(entities)


def test_what_has_been_asked_for_is_not_made_twice(database: Database, entities: list[int]) -> None:
    ask(database, entities[:1], "t.costly")
    assert ran(ask(database, entities[:2], "t.costly")) == [f"t.costly {entities[1]}"]


def test_asking_for_nothing_or_on_nothing_runs_nothing(database: Database, entities: list[int]) -> None:
    assert ask(database, entities) == []
    assert ask(database, [], "t.costly") == []


def test_a_changed_input_takes_its_product_back_until_it_is_asked_for_again(
    database: Database, entities: list[int]
) -> None:
    changed, *_ = entities
    ask(database, entities, "t.costly")
    set_number(database, changed, 5)
    assert ran(list(runner(database).run())) == [f"t.double {changed}"]
    assert set(costly(database)) == set(entities[1:])
    assert pending(database, "t.costly") == 0
    ask(database, entities, "t.costly")
    assert costly(database)[changed] == 14


def test_a_row_that_was_removed_comes_back_when_it_is_asked_for(
    database: Database, entities: list[int]
) -> None:
    one = entities[0]
    ask(database, [one], "t.costly")
    with database.write() as session:
        World(session, ALL).remove(one, CostlyComponent)
    assert pending(database, "t.costly") == 1
    assert ran(list(runner(database).run())) == []
    assert (costly(database), pending(database, "t.costly")) == ({}, 0)
    ask(database, [one], "t.costly")
    assert costly(database) == {one: 6}


def test_asking_again_before_anything_else_has_run_brings_it_up_to_date(
    database: Database, entities: list[int]
) -> None:
    changed, *_ = entities
    ask(database, entities, "t.costly")
    set_number(database, changed, 5)
    ask(database, [changed], "t.double", "t.costly")
    assert costly(database)[changed] == 14


def test_a_raised_version_takes_its_products_back_and_makes_none(
    database: Database, entities: list[int]
) -> None:
    ask(database, entities, "t.costly")
    raised = registry({**VERSIONS, "t.costly": 3})
    assert pending(database, "t.costly", raised) == 3
    assert ran(list(runner(database, raised).run())) == []
    assert costly(database) == {}
    ask(database, entities[:1], "t.costly", installed=raised)
    assert costly(database) == {entities[0]: 7}


def test_what_depends_on_it_comes_and_goes_with_it(database: Database, entities: list[int]) -> None:
    one = entities[0]
    assert ran(ask(database, [one], "t.costly", "t.seed")) == [f"t.costly {one}", f"t.seed {one}"]
    assert ran(list(runner(database).run())) == [f"t.sprout {one}"]
    set_number(database, one, 6)
    results = list(runner(database).run())
    assert ran(results) == [f"t.double {one}"]
    assert [result.forgotten for result in results] == [["t.costly", "t.seed", "t.sprout"]]


def test_a_failure_stays_until_somebody_names_it_and_asks_again(
    database: Database, entities: list[int]
) -> None:
    one = entities[0]
    set_number(database, one, 4)
    ask(database, [one], "t.double", "t.costly")
    with database.read() as session:
        assert read_entries(session, [one])[one]["t.costly"] == Entry(1, Outcome.FAILED, "8 costs too much")
    assert ask(database, [one], "t.costly") == []
    assert list(runner(database).run(retry_failed=True)) == []
    retried = runner(database).run([ALL.system("t.costly")], retry_failed=True)
    assert f"t.costly {one}" in ran(list(retried))
