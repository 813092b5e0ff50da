"""A visit runs what is due, shares what is costly, and turns every fault into that system's own entry."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Mapped

from dam.core.component import Component
from dam.core.content import Content
from dam.core.job import Unwatched
from dam.core.ledger import Entry, Outcome
from dam.core.registry import Registry
from dam.core.system import System, Unavailable, resource, system
from dam.core.visit import Result, Task, in_dependency_order, visit
from dam.errors import IntegrityError, SourceUnreachable, StoreError
from tests.core.invented import NumberComponent

opened: list[str] = []
"""What the systems below did, in order."""


class FirstComponent(Component):
    value: Mapped[int]


class SecondComponent(Component):
    value: Mapped[int]


class ThirdComponent(Component):
    value: Mapped[int]


class Decoded:
    def __init__(self, size: int) -> None:
        self.size = size


@resource
def decode(content: Content) -> Decoded:
    opened.append("decode")
    if content.size == 13:
        raise ValueError("an unlucky picture")
    return Decoded(content.size)


@system(version=1)
def first(decoded: Decoded) -> FirstComponent:
    return FirstComponent(value=decoded.size)


@system(version=1)
def second(decoded: Decoded, first: FirstComponent) -> SecondComponent:
    return SecondComponent(value=decoded.size + first.value)


@system(version=1)
def third(number: NumberComponent) -> ThirdComponent:
    return ThirdComponent(value=1 // number.value)


@dataclass(frozen=True)
class Memory:
    data: bytes
    error: Exception | None = None
    error_at_end: Exception | None = None

    @property
    def size(self) -> int:
        return len(self.data)

    @contextmanager
    def content(self) -> Iterator[Content]:
        if self.error:
            raise self.error
        yield Content.from_bytes(self.data)
        if self.error_at_end:
            raise self.error_at_end


SYSTEMS = Registry.of([NumberComponent], [first, second, third]).systems


@pytest.fixture(autouse=True)
def nothing_done_yet() -> None:
    opened.clear()


def outcomes(result: Result) -> dict[str, tuple[Outcome, str | None]]:
    return {run.system: (run.outcome, run.message) for run in result.runs}


def task(**options: Any) -> Task:
    return Task(1, SYSTEMS, **{"rows": {}, "source": Memory(b"four"), **options})


def test_a_resource_is_built_once_for_all_systems_that_ask_for_it() -> None:
    result = visit(task())

    assert opened == ["decode"]
    assert result.products[SecondComponent] == [{"value": 8}]


def test_outputs_feed_the_systems_that_need_them() -> None:
    assert [run.system for run in visit(task()).runs] == ["tests.first", "tests.second"]


def test_a_system_that_raises_is_its_own_failure_and_the_others_run() -> None:
    result = visit(task(rows={NumberComponent: [{"value": 0}]}))

    assert outcomes(result)["tests.third"] == (Outcome.FAILED, "integer division or modulo by zero")
    assert outcomes(result)["tests.second"] == (Outcome.DONE, None)


def test_a_resource_that_fails_fails_everyone_who_asks_with_the_same_reason() -> None:
    result = visit(task(source=Memory(b"thirteen long")))

    assert outcomes(result) == {"tests.first": (Outcome.FAILED, "an unlucky picture")}
    assert opened == ["decode"]


def test_content_out_of_reach_leaves_systems_pending_and_is_no_failure() -> None:
    source = Memory(b"", SourceUnreachable("cannot read: x: gone"))
    result = visit(task(source=source, rows={NumberComponent: [{"value": 1}]}))

    assert result.content == "unreachable"
    assert outcomes(result) == {"tests.third": (Outcome.DONE, None)}


def test_content_that_is_no_longer_the_entitys_gives_no_results_at_all() -> None:
    source = Memory(b"four", error_at_end=IntegrityError("cannot use: x: is no longer the content it was"))
    result = visit(task(source=source))

    assert (result.content, result.runs, result.products) == ("altered", [], {})


def test_a_failing_store_stops_the_visit_and_is_not_held_against_a_system() -> None:
    source = Memory(b"", StoreError("cannot read from the store: x: input/output error"))

    with pytest.raises(StoreError):
        visit(task(source=source))


def test_what_is_up_to_date_is_not_run_and_its_bytes_are_not_opened() -> None:
    ledger = {name: Entry(1, Outcome.DONE) for name in ("tests.first", "tests.second")}
    rows: Any = {FirstComponent: [{"value": 4}], SecondComponent: [{"value": 8}]}
    recognised = {"kind.recognise": Entry(SYSTEMS[0].version, Outcome.NOTHING)}
    result = visit(task(rows=rows, ledger={**ledger, **recognised}))

    assert (result.runs, opened) == ([], [])


def test_an_unchanged_value_cuts_the_cascade_off() -> None:
    ledger = {"tests.first": Entry(7, Outcome.DONE), "tests.second": Entry(1, Outcome.DONE)}
    rows: Any = {FirstComponent: [{"value": 4}], SecondComponent: [{"value": 8}]}
    result = visit(task(rows=rows, ledger=ledger))

    assert (list(outcomes(result)), result.products) == (["tests.first"], {})


def test_a_failed_system_is_not_tried_again_until_asked() -> None:
    ledger = {"tests.third": Entry(1, Outcome.FAILED, "division by zero")}
    rows: Any = {NumberComponent: [{"value": 1}]}

    assert "tests.third" not in outcomes(visit(task(rows=rows, ledger=ledger)))
    again = visit(task(rows=rows, ledger=ledger, retry_failed=True))
    assert outcomes(again)["tests.third"] == (Outcome.DONE, None)


def test_an_unavailable_system_runs_once_its_module_can_be_imported() -> None:
    rows: Any = {NumberComponent: [{"value": 1}]}
    missing = {"tests.third": Entry(1, Outcome.UNAVAILABLE, "no_such_module (extra: letters)")}
    there = {"tests.third": Entry(1, Outcome.UNAVAILABLE, "json (extra: letters)")}

    assert "tests.third" not in outcomes(visit(task(rows=rows, ledger=missing)))
    assert "tests.third" in outcomes(visit(task(rows=rows, ledger=there)))


def test_a_step_that_killed_a_worker_fails_without_being_tried() -> None:
    barred = {decode.label: "crashed the decoder (SIGSEGV)"}
    result = visit(task(barred=barred))

    assert outcomes(result) == {"tests.first": (Outcome.FAILED, "crashed the decoder (SIGSEGV)")}
    assert opened == []


def test_every_step_is_announced_before_it_is_taken() -> None:
    steps: list[str] = []

    class Steps(Unwatched):
        def step(self, name: str) -> None:
            steps.append(name)

    visit(task(), Steps())

    assert steps == [decode.label, "tests.first", "tests.second"]


def test_a_system_that_no_longer_applies_takes_its_products_along() -> None:
    rows: Any = {ThirdComponent: [{"value": 1}]}
    result = visit(task(rows=rows, ledger={"tests.third": Entry(1, Outcome.DONE)}))

    assert (result.forgotten, result.products[ThirdComponent]) == (["tests.third"], [])


def test_a_product_that_the_annotation_does_not_name_is_a_failure() -> None:
    def wrong(number: NumberComponent) -> FirstComponent:
        return ThirdComponent(value=1)  # type: ignore[return-value]

    rows: Any = {NumberComponent: [{"value": 1}]}
    result = visit(Task(1, (System(wrong, version=1),), rows))

    assert outcomes(result)["tests.wrong"][0] is Outcome.FAILED


def test_a_message_no_database_could_hold_is_made_holdable() -> None:
    def awkward(number: NumberComponent) -> FirstComponent:
        raise ValueError("nul \0 surrogate \udcff " + "long " * 10_000)

    rows: Any = {NumberComponent: [{"value": 1}]}
    (run,) = visit(Task(1, (System(awkward, version=1),), rows)).runs
    message = run.message or ""

    assert "\0" not in message
    assert len(message.encode()) <= 2100


def test_a_task_with_real_systems_pickles_by_reference() -> None:
    copy = pickle.loads(pickle.dumps(task()))

    assert copy.systems[1:] == SYSTEMS[1:]
    assert copy.systems[0].version == SYSTEMS[0].version
    assert len(pickle.dumps(task())) < 2000


def test_a_system_stays_callable_as_a_plain_function() -> None:
    assert first(Decoded(3)).value == 3


@pytest.mark.parametrize("extra", ["audio"])
def test_unavailable_survives_the_way_back_from_a_worker(extra: str) -> None:
    error = pickle.loads(pickle.dumps(Unavailable("av", extra=extra)))

    assert (error.module, error.extra, error.message) == ("av", "audio", "av (extra: audio)")


def test_two_makers_of_one_component_are_refused() -> None:
    def other(number: NumberComponent) -> FirstComponent:
        return FirstComponent(value=1)

    with pytest.raises(TypeError, match="is made by"):
        in_dependency_order([first, System(other, version=1)])


def test_systems_that_need_each_other_in_a_circle_are_refused() -> None:
    def forth(second: SecondComponent) -> FirstComponent:
        return FirstComponent(value=1)

    with pytest.raises(TypeError, match="circle"):
        in_dependency_order([System(forth, version=1), second])
