"""A pool of worker processes that are watched, limited and replaced.

Each worker has a pool of its own: pebble's workers share their pipes, so that one which is killed from
outside while it is idle, or while it holds the pipe, ends or blocks all the others
(doc/decisions/0009).
"""

import contextlib
import multiprocessing
import os
import pkgutil
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from multiprocessing import forkserver, resource_tracker
from types import TracebackType
from typing import Any, Self

from dam.core.executor import Channel, Executor, Finished, InProcess
from dam.core.interruption import Interruption
from dam.core.job import Job
from dam.core.worker import LastWords, WorkerLimits
from dam.core.worker_slot import Batch, Item, Results, Slot
from dam.errors import WorkerError

TOOK_LONGER = "took longer than"
CRASHED = "crashed the decoder"
"""How the reasons begin for which a step has failed that ended its worker."""
_QUEUED = 3
"""Batches that one worker has: the one it does, and those that keep it busy while others are recorded."""
_CRASHES = 2
"""Times that a job may crash its worker before it is to blame."""
_KILLS = 5
"""Times that a worker may be killed from outside: also by the kernel, when memory runs out."""
_LOOK_AFTER = 1.0
"""Seconds without an answer after which to look whether the workers live."""
_ENVIRONMENT = {
    # One thread a worker: the pool itself is the parallelism, and each BLAS thread costs address space.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Let glibc keep the memory that one picture needed for the next one. As it comes, it gives most of it
    # back to the kernel, which clears the same pages again: a tenth of the time of adding photos.
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TOP_PAD_": str(1 << 20),
}
_PRELOADED = ("dam.core.worker", "dam.core.visit", "dam.core.recognition", "sqlalchemy.orm")


class WorkerPool:
    """Runs jobs in worker processes.

    A worker that crashes or hangs costs the step it was in: that step and whatever needs it fail for
    that job, which is repeated without it. One that is killed costs nothing: its jobs are done again.
    Workers start when the first jobs come.
    """

    def __init__(self, workers: int, limits: WorkerLimits) -> None:
        self._workers = workers
        self._limits = limits
        self._slots: list[Slot] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._batches = self._made = 0
        self._stillborn = 0
        """Workers in a row that were killed before they did anything."""

    def channel(self) -> Channel:
        """Open a channel; several may be open at a time."""
        return _WorkerChannel(self)

    def at_work(self) -> list[str]:
        """Tell for each worker which job it is at, and at which step of it."""
        # Copies: the coordinator goes on meanwhile.
        return [said for slot in list(self._slots) if (said := slot.at_work())]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for slot in self._slots:
            slot.close()
        self._slots.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def has_room(self) -> bool:
        """Tell whether a worker has fewer batches than keep it busy."""
        return len(self._slots) < self._workers or any(len(s.under_way) < _QUEUED for s in self._slots)

    def start(self, results: Results, items: list[Item], near: int = 0) -> None:
        """Give a batch to the worker of this number, or else to the one that has the least to do."""
        self._batches += 1
        batch = Batch(self._batches, items, results)
        slot = next((slot for slot in self._slots if slot.number == near), None) or self._idlest()
        with _starting():
            slot.start(batch)

    def _idlest(self) -> Slot:
        """Return the slot with the least to do, a new one while there may be more."""
        idle = min(self._slots, key=lambda slot: len(slot.under_way), default=None)
        if idle is None or (idle.under_way and len(self._slots) < self._workers):
            idle = self._new_slot()
            self._slots.append(idle)
        return idle

    def futures(self, results: Results) -> dict[Future[list[Any]], Slot]:
        """Return what is under way for a channel, and where."""
        return {
            future: slot
            for slot in self._slots
            for future, batch in slot.under_way.items()
            if batch.results is results
        }

    def settle(self, slot: Slot, future: Future[list[Any]]) -> None:
        """Pass on the results of a batch that ended, or what is left of it on to another worker."""
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        batch = slot.under_way.get(future)
        if batch is None:
            return  # Its worker died meanwhile, and it is under way again.
        try:
            returned = future.result()
        except ProcessExpired as error:
            self._bury(slot, error.exitcode)
        except BrokenProcessPool:
            self._bury(slot, None)
        except BaseException:
            del slot.under_way[future]
            raise
        else:
            del slot.under_way[future]
            self._stillborn = 0
            pairs = zip(batch.items, returned, strict=True)
            batch.results.extend((item.asked, result) for item, result in pairs)

    def bury_the_dead(self) -> bool:
        """Start again whatever was given to workers that died without a word, and tell whether any had."""
        dead = [slot for slot in self._slots if slot.under_way and slot.is_dead]
        for slot in dead:
            self._bury(slot, None)
        return bool(dead)

    def _bury(self, slot: Slot, exit_code: int | None) -> None:
        """Replace a worker that died, and start its batches again: the job it was at by itself."""
        words, noise = slot.last_words()
        lost = list(slot.under_way.values())
        self._replace(slot)
        for batch in lost:
            items = batch.items
            if batch.number == words.batch:
                blamed = _blamed(items[words.index], exit_code, words, noise)
                items = items[: words.index] + items[words.index + 1 :]
                self.start(batch.results, [blamed])
            elif batch is lost[0] and not any(other.number == words.batch for other in lost):
                items = self._not_begun(items, exit_code)
            if items:
                self.start(batch.results, items)

    def _not_begun(self, items: list[Item], exit_code: int | None) -> list[Item]:
        """Return a batch that a worker did not live to begin."""
        killed = _is_killed(exit_code)
        self._stillborn += killed
        if self._stillborn > _KILLS * self._workers or any(item.deaths >= _KILLS for item in items):
            name = _signal_name(exit_code)
            raise WorkerError(
                f"cannot work: no worker process stays alive{name}: something ends them all",
                hint="look at memory limits and at TMPDIR; a script that uses dam must begin its work under "
                'if __name__ == "__main__":',
            )
        # Whoever kills workers does so whatever they are given; one that dies by itself may die of it.
        return items if killed else [replace(item, deaths=item.deaths + 1) for item in items]

    def _replace(self, slot: Slot) -> None:
        slot.under_way.clear()
        self._slots[self._slots.index(slot)] = self._new_slot()
        slot.close()

    def _new_slot(self) -> Slot:
        with _starting():
            return self._make_slot()

    def _make_slot(self) -> Slot:
        if self._folder is None:
            self._folder = self._prepare()
        self._made += 1
        folder = os.path.join(self._folder.name, str(self._made))
        os.makedirs(folder)  # Whoever tidies TMPDIR may have removed the one above.
        return Slot(self._made, folder, self._limits)

    def _prepare(self) -> tempfile.TemporaryDirectory[str]:
        for variable, value in _ENVIRONMENT.items():
            os.environ.setdefault(variable, value)
        multiprocessing.get_context("forkserver").set_forkserver_preload(_preloaded())
        with _current_folder_ignored():
            # First, since it leaves no signal blocked behind it.
            resource_tracker.ensure_running()
            with _interrupts_blocked():
                forkserver.ensure_running()
        return tempfile.TemporaryDirectory(prefix="dam-")


class _WorkerChannel:
    """Hands jobs to a WorkerPool, and gathers their results."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._arrived: Results = deque()

    @property
    def has_room(self) -> bool:
        return self._pool.has_room

    def start(self, jobs: Sequence[Job], near: int = 0) -> None:
        self._pool.start(self._arrived, [Item(job, job) for job in jobs], near)

    def finished(self, timeout: float | None = None) -> Finished:
        patience = _LOOK_AFTER if timeout is None else timeout
        while not self._arrived and (waiting := self._pool.futures(self._arrived)):
            ready, _ = wait(waiting, patience, return_when=FIRST_COMPLETED)
            if not ready and not self._pool.bury_the_dead() and timeout is not None:
                break
            for future in ready:
                self._pool.settle(waiting[future], future)
        done = list(self._arrived)
        self._arrived.clear()
        return done

    def close(self) -> None:
        for future, slot in self._pool.futures(self._arrived).items():
            future.cancel()
            slot.under_way.pop(future)


def make_executor(workers: int, limits: WorkerLimits) -> Executor:
    """Return a pool of that many workers; none at all means in this process."""
    return WorkerPool(workers, limits) if workers else InProcess()


def _blamed(item: Item, exit_code: int | None, words: LastWords, noise: str) -> Item:
    """Return what to try next of the job at which a worker died."""
    item = replace(item, deaths=item.deaths + 1)
    if exit_code == -signal.SIGALRM:
        reason = f"{TOOK_LONGER} {words.seconds:g} s"
    elif item.deaths < (_KILLS if _is_killed(exit_code) else _CRASHES):
        return item
    else:
        reason = f"{CRASHED}{_signal_name(exit_code)}"
    if not words.step:
        raise WorkerError(f"cannot work: a worker died before it began: {reason}")
    return replace(
        item, job=item.job.without(words.step, f"{reason}: {noise}" if noise else reason), deaths=0
    )


def _is_killed(exit_code: int | None) -> bool:
    return exit_code is None or exit_code in (-signal.SIGKILL, -signal.SIGTERM)


def _signal_name(exit_code: int | None) -> str:
    if exit_code is None:
        return ""
    if exit_code >= 0:
        return f" (exit code {exit_code})"
    try:
        return f" ({signal.Signals(-exit_code).name})"
    except ValueError:
        return f" (signal {-exit_code})"


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """Say in plain words that a process could not be started; pebble starts them with the first batch.

    One that is half started, and that nobody knows of, would complain that its pool is gone: whoever
    interrupts has to wait until it is known.
    """
    try:
        with Interruption():
            yield
    except OSError as error:
        raise WorkerError(
            f"cannot start a worker: {(error.strerror or str(error)).lower()}",
            hint="look at TMPDIR, and at the limits on processes and open files",
        ) from error


@contextlib.contextmanager
def _current_folder_ignored() -> Iterator[None]:
    """Let what is started inside look for no modules in the current folder, which may hold anything."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _preloaded() -> list[str]:
    """Return what is imported once for all workers: what dam's systems are made of, and no plugin's code."""
    packages = [name for name in sys.modules if f"{name}.".startswith("dam.models.")]
    found = [
        module.name
        for package in packages
        for module in pkgutil.iter_modules(getattr(sys.modules[package], "__path__", []), f"{package}.")
        if not module.name.rpartition(".")[2].startswith("sample")
    ]
    return [*_PRELOADED, *sorted(found)]


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Keep interrupts for good from what is started inside, and from us until then: a terminal tells all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
