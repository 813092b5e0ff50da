"""Jobs go to any worker, or to the one that did others; and each says what it is at."""

import os
import time
from dataclasses import dataclass

from dam.core.executor import Executor, InProcess
from dam.core.job import Watch
from dam.core.worker import WorkerLimits
from dam.core.worker_pool import WorkerPool


def test_jobs_can_be_sent_to_the_worker_that_did_others() -> None:
    with WorkerPool(2, WorkerLimits(60, 2048)) as pool:
        channel = pool.channel()
        for _ in range(2):
            channel.start([Where()])
        first, second = [number for _ in range(2) for _, (number, _) in channel.finished()]
        assert {first, second} == {1, 2}
        for _ in range(3):
            channel.start([Where(), Where()], near=second)
        told = [found for _ in range(3) for _, found in channel.finished()]
        assert {number for number, _ in told} == {second}
        assert len({process for _, process in told}) == 1
        channel.start([Where()], near=99)
        assert len(channel.finished()) == 1


@dataclass(frozen=True)
class Where:
    """The job of telling which worker, and which process, does it."""

    cost: int = 0
    subject: str = "where"

    def run(self, watch: Watch) -> tuple[int, int]:
        return watch.worker, os.getpid()

    def without(self, step: str, reason: str) -> "Where":
        return self


@dataclass(frozen=True)
class Linger:
    """A job that goes on until it is killed, or, in this process, until it has asked what is going on."""

    subject: str
    asks: Executor | None = None
    cost: int = 0

    def run(self, watch: Watch) -> list[str]:
        watch.step("lingering")
        if self.asks is None:
            time.sleep(600)
        return self.asks.at_work() if self.asks else []

    def without(self, step: str, reason: str) -> "Linger":
        return self


def test_workers_tell_what_they_are_at() -> None:
    with WorkerPool(2, WorkerLimits(600, 2048)) as pool:
        assert pool.at_work() == []
        channel = pool.channel()
        channel.start([Where(), Linger("the film")])
        deadline = time.monotonic() + 60
        while pool.at_work() != ["the film (lingering)"]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        channel.start([Where()])
        assert len(channel.finished()) == 1
        assert pool.at_work() == ["the film (lingering)"]


def test_so_does_this_process() -> None:
    executor = InProcess()
    channel = executor.channel()
    channel.start([Linger("the film", asks=executor)])
    assert executor.at_work() == []
    ((_, told),) = channel.finished()
    assert told == ["the film"]
    assert executor.at_work() == []
