"""Workers may crash, hang or eat memory: that costs one step on one entity, and nothing else."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Mapped

from dam.core.component import Component
from dam.core.content import Content
from dam.core.executor import Executor, InProcess, WorkerLimits, WorkerPool, make_executor
from dam.core.ledger import Outcome
from dam.core.registry import Registry
from dam.core.system import resource, system
from dam.core.visit import Result, Task
from dam.errors import StoreError


class EchoComponent(Component):
    value: Mapped[int]


class DecodedComponent(Component):
    value: Mapped[int]


class WorkerComponent(Component):
    pid: Mapped[int]


@dataclass(frozen=True)
class Memory:
    data: bytes

    @contextmanager
    def content(self) -> Iterator[Content]:
        yield Content.from_bytes(self.data)


class Picture:
    pass


@resource
def decode(content: Content) -> Picture:
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
    if order == b"no store":
        raise StoreError("cannot write to the store: x: input/output error")
    return Picture()


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


def task(entity: int, order: bytes) -> Task:
    return Task(entity, SYSTEMS, {}, source=Memory(order))


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, WorkerLimits(seconds=3, memory=2048)) as workers:
        yield workers


def by_entity(executor: Executor, tasks: list[Task]) -> dict[int, Result]:
    return {result.entity_id: result for result in executor.visit(tasks)}


def outcome(result: Result, name: str) -> tuple[Outcome, str | None]:
    return next((run.outcome, run.message) for run in result.runs if run.system == name)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (b"crash", "crashed the decoder (SIGSEGV)"),
        (b"exit", "crashed the decoder (exit code 3)"),
        (b"hang", "took longer than 3 s"),
        (b"eat", "out of memory"),
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

    results = pool.visit(endless())
    for _ in range(3):
        next(results)

    assert next(taken) <= 10


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
from dam.core.executor import WorkerLimits, WorkerPool

if __name__ == "__main__":
    said = pathlib.Path(sys.argv[1])
    pool = WorkerPool(1, WorkerLimits(seconds=1, memory=2048))
    spinning = task(1, b"spin " + os.fsencode(said))
    threading.Thread(target=lambda: list(pool.visit([spinning])), daemon=True).start()
    while not (said.exists() and said.read_text()):
        time.sleep(0.05)
    print(said.read_text(), flush=True)
    os._exit(9)  # without any tidying up, as by SIGKILL
"""


def test_workers_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with WorkerPool(1, WorkerLimits(seconds=30, memory=2048)) as workers:
        (result,) = workers.visit([task(1, b"fine")])

    assert list(tmp_path.glob("dam-*")) == []
    worker = result.products[WorkerComponent][0]["pid"]
    assert not Path(f"/proc/{worker}").exists()


def test_no_workers_at_all_means_this_process() -> None:
    executor: Any = make_executor(0, WorkerLimits(seconds=1, memory=256))
    (result,) = executor.visit([task(1, b"fine")])

    assert isinstance(executor, InProcess)
    assert result.products[WorkerComponent] == [{"pid": os.getpid()}]
