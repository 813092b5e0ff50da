"""Workers may crash, hang or eat memory: that costs one step on one entity, and nothing else."""

import contextlib
import ctypes
import os
import resource as resource_limits
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Mapped

from dam.core.component import Component, Kind
from dam.core.content import Content
from dam.core.executor import Executor, InProcess, run_jobs
from dam.core.job import Allowance
from dam.core.ledger import Outcome
from dam.core.recognition import FileExtensionComponent
from dam.core.registry import Registry
from dam.core.system import resource, system
from dam.core.visit import Result, Rows, Task
from dam.core.worker import WorkerLimits
from dam.core.worker_pool import WorkerPool, make_executor
from dam.errors import StoreError, WorkerError
from dam.services.sources import HeldSource


class EchoComponent(Component):
    value: Mapped[int]


class DecodedComponent(Component):
    value: Mapped[int]


class WorkerComponent(Component):
    pid: Mapped[int]


class Picture:
    pass


@resource
def decode(content: Content) -> Picture:  # noqa: C901 - every fault is a branch
    """A decoder with every fault that decoders have."""
    order = content.head()
    if order == b"crash":
        ctypes.string_at(0)
    if order == b"exit":
        os._exit(3)
    if order == b"hang":
        time.sleep(600)
    if order.startswith(b"spin "):
        Path(os.fsdecode(order[5:])).write_text(str(os.getpid()))
        while True:
            pass
    if order == b"eat":
        bytearray(1 << 40)
    if order == b"shout":
        os.write(2, b"noise from a C library\n" * 10_000)
        os.write(1, b"noise from a C library\n" * 10_000)
    if order == b"complain":
        os.write(2, b"libfoo: bad\tmarker\n" * 3 + b"libfoo: gave up\n")
        raise ValueError("cannot decode")
    if order == b"complain and crash":
        os.write(2, b"libfoo: assertion failed\n")
        ctypes.string_at(0)
    if order.startswith(b"killed once "):
        _kill_myself_unless_done(Path(os.fsdecode(order[12:])))
    if order == b"killed each time":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == b"no store":
        raise StoreError("cannot write to the store: x: input/output error")
    return Picture()


def _kill_myself_unless_done(marker: Path) -> None:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@system(version=1)
def echo(content: Content) -> EchoComponent:
    return EchoComponent(value=content.size)


@system(version=1)
def draw(picture: Picture) -> DecodedComponent:
    return DecodedComponent(value=1)


@system(version=1)
def identify(content: Content) -> WorkerComponent:
    return WorkerComponent(pid=os.getpid())


PROJECT = Path(__file__).parents[2]
SYSTEMS = Registry.of([], [echo, draw, identify]).systems
BUSY = 100
"""Batches after which even an executor that always has room is busy."""


def task(entity: int, order: bytes) -> Task:
    return Task(entity, SYSTEMS, {}, source=HeldSource(order))


LIMITS = WorkerLimits(seconds=3, memory=2048)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, LIMITS) as workers:
        yield workers


def by_entity(executor: Executor, tasks: Iterable[Task]) -> dict[int, Result]:
    return {result.entity_id: result for _, result in run_jobs(executor, tasks)}


def outcome(result: Result, name: str) -> tuple[Outcome, str | None]:
    return next((run.outcome, run.message) for run in result.runs if run.system == name)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (b"crash", "crashed the decoder (SIGSEGV)"),
        (b"exit", "crashed the decoder (exit code 3)"),
        (b"hang", "took longer than 3 s"),
        (b"eat", "out of memory"),
        (b"complain", "cannot decode: libfoo: bad marker | libfoo: gave up"),
        (b"complain and crash", "crashed the decoder (SIGSEGV): libfoo: assertion failed"),
        (b"killed each time", "crashed the decoder (SIGKILL)"),
    ],
)
def test_a_decoder_that_dies_costs_its_step_on_its_file_alone(
    pool: WorkerPool, order: bytes, reason: str
) -> None:
    results = by_entity(pool, [task(n, order if n == 3 else b"fine") for n in range(6)])

    assert len(results) == 6
    assert outcome(results[3], "tests.draw") == (Outcome.FAILED, reason)
    assert outcome(results[3], "tests.echo") == (Outcome.DONE, None)
    assert all(outcome(results[n], "tests.draw")[0] is Outcome.DONE for n in (0, 1, 2, 4, 5))


def test_visits_run_in_other_processes(pool: WorkerPool) -> None:
    results = by_entity(pool, [task(n, b"fine") for n in range(4)])

    assert os.getpid() not in {r.products[WorkerComponent][0]["pid"] for r in results.values()}


def test_a_worker_that_is_killed_from_outside_costs_nothing(pool: WorkerPool, tmp_path: Path) -> None:
    order = b"killed once " + os.fsencode(tmp_path / "marker")
    results = by_entity(pool, [task(n, order if n == 2 else b"fine") for n in range(5)])

    assert {outcome(result, "tests.draw") for result in results.values()} == {(Outcome.DONE, None)}


def test_workers_that_are_killed_all_the_time_still_get_everything_done(pool: WorkerPool) -> None:
    results = by_entity(pool, _killing(pool, [task(n, b"fine") for n in range(3000)]))

    assert len(results) == 3000
    assert {outcome(result, "tests.draw") for result in results.values()} == {(Outcome.DONE, None)}


def _killing(pool: WorkerPool, tasks: list[Task]) -> Iterator[Task]:
    """Yield tasks, and kill the last worker that was heard of now and then."""
    for number, each in enumerate(tasks):
        if number % 200 == 199:
            for worker in workers_of(os.getpid()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
        yield each


@dataclass(frozen=True)
class LethalSource(HeldSource):
    """Kills whoever unpickles it, which is before any job begins; only so many times."""

    times: int
    counter: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return unpickle_unless_killed, (self.times, self.counter)


def unpickle_unless_killed(times: int, counter: Path) -> HeldSource:
    with counter.open("ab") as file:
        file.write(b".")
    if counter.stat().st_size <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return HeldSource(b"fine")


def test_workers_that_are_killed_before_they_begin_are_replaced_for_a_while(
    pool: WorkerPool, tmp_path: Path
) -> None:
    lethal = LethalSource(b"fine", 8, tmp_path / "counter")
    results = by_entity(pool, [Task(0, SYSTEMS, {}, source=lethal), task(1, b"fine")])

    assert {outcome(result, "tests.draw") for result in results.values()} == {(Outcome.DONE, None)}


def test_a_machine_on_which_no_worker_lives_is_told_of(tmp_path: Path) -> None:
    lethal = LethalSource(b"fine", 1000, tmp_path / "counter")
    with (
        WorkerPool(2, LIMITS) as pool,
        pytest.raises(WorkerError, match="no worker process stays alive"),
    ):
        by_entity(pool, [Task(0, SYSTEMS, {}, source=lethal)])


def workers_of(coordinator: int) -> list[int]:
    """Return the workers: the children of the coordinator's fork server."""
    return [worker for server in children_of(coordinator) for worker in children_of(server)]


def children_of(parent: int) -> list[int]:
    """Return the processes that a process has started and not outlived."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


class SmallKindComponent(Kind):
    allowance = Allowance(seconds=0.5, memory=700)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        return "test/small" if head.startswith(b"small") else None


class LimitsComponent(Component):
    memory: Mapped[int]


class DrawnComponent(Component):
    value: Mapped[int]


@system(version=1, on=SmallKindComponent)
def look_at_limits(content: Content) -> LimitsComponent:
    return LimitsComponent(memory=resource_limits.getrlimit(resource_limits.RLIMIT_AS)[0] >> 20)


@system(version=1, on=SmallKindComponent)
def sleep(content: Content) -> DrawnComponent:
    time.sleep(1.5 if content.head() == b"small and slow" else 0)
    return DrawnComponent(value=1)


@system(version=1)
def look_at_limits_of_all(content: Content) -> WorkerComponent:
    return WorkerComponent(pid=resource_limits.getrlimit(resource_limits.RLIMIT_AS)[0] >> 20)


def test_a_kind_may_ask_for_narrower_limits_than_the_settings(pool: WorkerPool) -> None:
    systems = Registry.of([SmallKindComponent], [look_at_limits, sleep, look_at_limits_of_all]).systems
    orders = [b"small and slow", b"small", b"other"]
    rows: Rows = {FileExtensionComponent: [{"extension": ""}]}
    results = by_entity(pool, [Task(n, systems, rows, source=HeldSource(o)) for n, o in enumerate(orders)])

    assert outcome(results[0], "tests.sleep") == (Outcome.FAILED, "took longer than 0.5 s")
    assert results[1].products[LimitsComponent] == [{"memory": 700}]
    assert results[2].products[WorkerComponent] == [{"pid": 2048}]


def test_noise_on_the_terminal_is_kept_from_it(pool: WorkerPool, capfd: pytest.CaptureFixture[str]) -> None:
    by_entity(pool, [task(1, b"shout")])

    assert capfd.readouterr() == ("", "")


def test_a_failing_store_in_a_worker_stops_the_run(pool: WorkerPool) -> None:
    with pytest.raises(StoreError, match="input/output error"):
        by_entity(pool, [task(1, b"no store")])


def test_tasks_are_taken_no_faster_than_needed(pool: WorkerPool) -> None:
    taken = count()

    def endless() -> Iterator[Task]:
        while True:
            yield task(next(taken), b"fine")

    results = run_jobs(pool, endless())
    for _ in range(3):
        next(results)
    results.close()

    assert next(taken) <= 500


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_who_shares_busy_workers_with_somebody_else_gets_everything_done(workers: int) -> None:
    with make_executor(workers, WorkerLimits(seconds=30, memory=2048)) as executor:
        other = executor.channel()
        started = 0
        while other.has_room and started < BUSY:
            other.start([task(started, b"fine")])
            started += 1
        assert set(by_entity(executor, [task(n, b"fine") for n in range(3)])) == {0, 1, 2}
        finished = 0
        while done := other.finished():
            finished += len(done)
        assert finished == started
        other.close()


def test_a_worker_whose_coordinator_is_gone_ends_by_itself(tmp_path: Path) -> None:
    script = tmp_path / "coordinator.py"
    script.write_text(ABANDONED)
    started = subprocess.run(
        [sys.executable, script, tmp_path / "pid"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    worker = int(started.stdout)
    end = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
        time.sleep(0.2)

    assert not Path(f"/proc/{worker}").exists()


ABANDONED = """
import os, pathlib, sys, threading, time
from tests.core.test_executor import task
from dam.core.executor import run_jobs
from dam.core.worker import WorkerLimits
from dam.core.worker_pool import WorkerPool

if __name__ == "__main__":
    said = pathlib.Path(sys.argv[1])
    pool = WorkerPool(1, WorkerLimits(seconds=1, memory=2048))
    spinning = task(1, b"spin " + os.fsencode(said))
    threading.Thread(target=lambda: list(run_jobs(pool, [spinning])), daemon=True).start()
    while not (said.exists() and said.read_text()):
        time.sleep(0.05)
    print(said.read_text(), flush=True)
    os._exit(9)  # without any tidying up, as by SIGKILL
"""


def test_workers_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with WorkerPool(1, WorkerLimits(seconds=30, memory=2048)) as workers:
        result = by_entity(workers, [task(1, b"fine")])[1]

    assert list(tmp_path.glob("dam-*")) == []
    worker = result.products[WorkerComponent][0]["pid"]
    assert not Path(f"/proc/{worker}").exists()


def test_no_workers_at_all_means_this_process() -> None:
    executor: Any = make_executor(0, WorkerLimits(seconds=1, memory=256))
    result = by_entity(executor, [task(1, b"fine")])[1]

    assert isinstance(executor, InProcess)
    assert result.products[WorkerComponent] == [{"pid": os.getpid()}]
