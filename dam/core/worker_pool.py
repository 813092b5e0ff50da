"""A pool of worker processes that are watched, limited and replaced.

Each worker has a pool of its own: pebble's workers share their pipes, so that one which is killed from
outside while it is idle, or while it holds the pipe, ends or blocks all the others
(doc/decisions/0009).
"""

import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from types import TracebackType
from typing import Any, Self

from dam.core.executor import Channel, Executor, Finished, InProcess
from dam.core.job import Job
from dam.core.worker import (
    RECORD_BYTES,
    LastWords,
    WorkerFiles,
    WorkerLimits,
    prepare,
    read_last_words,
    read_noise,
    run_batch,
)
from dam.errors import WorkerError

_RECYCLE_AFTER = 500
"""Batches after which a worker is replaced, in case a decoder leaks."""
_QUEUED = 3
"""Batches that one worker has: the one it does, and those that keep it busy while others are recorded."""
_CRASHES = 2
"""Times that a job may crash its worker before it is to blame."""
_KILLS = 5
"""Times that a worker may be killed from outside: also by the kernel, when memory runs out."""
_PRELOADED = ["dam.core.worker", "dam.core.visit", "dam.core.recognition", "sqlalchemy.orm"]


@dataclass(frozen=True)
class _Item:
    """A job under way."""

    asked: Job
    """As it was handed in."""
    job: Job
    """As it is run now, perhaps without the steps that killed workers."""
    deaths: int = 0


@dataclass(eq=False)
class _Batch:
    number: int
    items: list[_Item]
    channel: "_WorkerChannel"


class _Slot:
    """The place of one worker, and whatever process fills it at present."""

    def __init__(self, folder: str, limits: WorkerLimits) -> None:
        from pebble import ProcessPool

        self.files = WorkerFiles(os.path.join(folder, "record"), os.path.join(folder, "noise"))
        self.under_way: dict[Future[list[Any]], _Batch] = {}
        with open(self.files.record, "wb") as file:
            file.write(b"\xff" * 8 + bytes(RECORD_BYTES - 8))
        self._noise = _pipe(self.files.noise)
        self._pool: Any = ProcessPool(
            max_workers=1,
            max_tasks=_RECYCLE_AFTER,
            initializer=prepare,
            initargs=[limits, self.files],
            context=multiprocessing.get_context("forkserver"),
        )

    def start(self, batch: _Batch) -> None:
        arguments = [batch.number, [item.job for item in batch.items]]
        self.under_way[self._pool.schedule(run_batch, args=arguments)] = batch

    def last_words(self) -> tuple[LastWords, str]:
        return read_last_words(self.files.record), read_noise(self._noise)

    def close(self) -> None:
        self._pool.stop()
        # Its threads may hang on a pipe whose other end died in the middle of a message.
        with contextlib.suppress(TimeoutError):
            self._pool.join(timeout=2)
        if self._noise is not None:
            os.close(self._noise)


class WorkerPool:
    """Runs jobs in worker processes.

    A worker that crashes or hangs costs the step it was in: that step and whatever needs it fail for
    that job, which is repeated without it. One that is killed costs nothing: its jobs are done again.
    Workers start when the first jobs come.
    """

    def __init__(self, workers: int, limits: WorkerLimits) -> None:
        self._workers = workers
        self._limits = limits
        self._slots: list[_Slot] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._batches = self._made = 0

    def channel(self) -> Channel:
        """Open a channel; several may be open at a time."""
        return _WorkerChannel(self)

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

    def start(self, channel: "_WorkerChannel", items: list[_Item]) -> None:
        """Give a batch to the worker that has the least to do."""
        self._batches += 1
        batch = _Batch(self._batches, items, channel)
        idle = min(self._slots, key=lambda slot: len(slot.under_way), default=None)
        if (idle is None or idle.under_way) and len(self._slots) < self._workers:
            idle = self._new_slot()
            self._slots.append(idle)
        assert idle is not None  # noqa: S101
        try:
            idle.start(batch)
        except RuntimeError:
            # The worker died while it had nothing to do, which pebble takes for the end.
            lost = list(idle.under_way.values())
            fresh = self._replace(idle)
            for one in (*lost, batch):
                fresh.start(one)

    def futures(self, channel: "_WorkerChannel") -> dict[Future[list[Any]], _Slot]:
        """Return what a channel waits for."""
        return {
            future: slot
            for slot in self._slots
            for future, batch in slot.under_way.items()
            if batch.channel is channel
        }

    def settle(self, slot: _Slot, future: Future[list[Any]]) -> None:
        """Pass on the results of a batch that ended, or what is left of it on to another worker."""
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        batch = slot.under_way.get(future)
        if batch is None:
            return  # Its worker died meanwhile, and it is under way again.
        try:
            results = future.result()
        except ProcessExpired as error:
            self._bury(slot, error.exitcode)
        except BrokenProcessPool:
            self._bury(slot, None)
        except BaseException:
            del slot.under_way[future]
            raise
        else:
            del slot.under_way[future]
            pairs = zip(batch.items, results, strict=True)
            batch.channel.arrived.extend((item.asked, result) for item, result in pairs)

    def _bury(self, slot: _Slot, exit_code: int | None) -> None:
        """Replace a worker that died, and start its batches again: the job it was at by itself."""
        words, noise = slot.last_words()
        lost = list(slot.under_way.values())
        self._replace(slot)
        for batch in lost:
            items = batch.items
            if batch.number == words.batch:
                blamed = _blamed(items[words.index], exit_code, words, noise)
                items = items[: words.index] + items[words.index + 1 :]
                self.start(batch.channel, [blamed])
            elif batch is lost[0] and not any(other.number == words.batch for other in lost):
                items = [_not_begun(item, exit_code) for item in items]
            if items:
                self.start(batch.channel, items)

    def _replace(self, slot: _Slot) -> _Slot:
        slot.under_way.clear()
        fresh = self._new_slot()
        self._slots[self._slots.index(slot)] = fresh
        slot.close()
        return fresh

    def _new_slot(self) -> _Slot:
        try:
            return self._make_slot()
        except OSError as error:
            raise WorkerError(
                f"cannot start a worker: {(error.strerror or str(error)).lower()}",
                hint="look at TMPDIR, and at the limits on processes and open files",
            ) from error

    def _make_slot(self) -> _Slot:
        if self._folder is None:
            self._folder = self._prepare()
        self._made += 1
        folder = os.path.join(self._folder.name, str(self._made))
        os.mkdir(folder)
        return _Slot(folder, self._limits)

    def _prepare(self) -> tempfile.TemporaryDirectory[str]:
        # One thread a worker: the pool itself is the parallelism, and each BLAS thread costs address space.
        for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(variable, "1")
        multiprocessing.get_context("forkserver").set_forkserver_preload(_PRELOADED)
        with _interrupts_ignored():
            forkserver.ensure_running()
        return tempfile.TemporaryDirectory(prefix="dam-")


class _WorkerChannel:
    """The channel of a WorkerPool."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self.arrived: deque[tuple[Job, Any]] = deque()

    @property
    def has_room(self) -> bool:
        return self._pool.has_room

    def start(self, jobs: Sequence[Job]) -> None:
        self._pool.start(self, [_Item(job, job) for job in jobs])

    def finished(self, timeout: float | None = None) -> Finished:
        while not self.arrived and (waiting := self._pool.futures(self)):
            ready, _ = wait(waiting, timeout, return_when=FIRST_COMPLETED)
            if not ready:
                break
            for future in ready:
                self._pool.settle(waiting[future], future)
        done = list(self.arrived)
        self.arrived.clear()
        return done

    def close(self) -> None:
        for future, slot in self._pool.futures(self).items():
            future.cancel()
            slot.under_way.pop(future)


def make_executor(workers: int, limits: WorkerLimits) -> Executor:
    """Return a pool of that many workers; none at all means in this process."""
    return WorkerPool(workers, limits) if workers else InProcess()


def _blamed(item: _Item, exit_code: int | None, words: LastWords, noise: str) -> _Item:
    """Return what to try next of the job at which a worker died."""
    item = replace(item, deaths=item.deaths + 1)
    if exit_code == -signal.SIGALRM:
        reason = f"took longer than {words.seconds:g} s"
    elif item.deaths < (_KILLS if _is_killed(exit_code) else _CRASHES):
        return item
    else:
        reason = f"crashed the decoder{_signal_name(exit_code)}"
    if not words.step:
        raise WorkerError(f"cannot work: a worker died before it began: {reason}")
    return replace(
        item, job=item.job.without(words.step, f"{reason}: {noise}" if noise else reason), deaths=0
    )


def _not_begun(item: _Item, exit_code: int | None) -> _Item:
    """Return the job that a worker did not live to begin."""
    if item.deaths >= _KILLS:
        raise WorkerError(
            f"cannot work: no worker process stays alive{_signal_name(exit_code)}: something ends them all",
            hint="look at memory limits and at TMPDIR; a script that uses dam must begin its work under "
            'if __name__ == "__main__":',
        )
    return replace(item, deaths=item.deaths + 1)


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


def _pipe(path: str) -> int | None:
    """Make a named pipe and hold it open, so that what is in it outlives its writer."""
    try:
        os.mkfifo(path, 0o600)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None  # Not every file system has pipes.


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Let what is started inside ignore interrupts from its first moment: a terminal sends them to all."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # Not the main thread, which alone may say so.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
