"""Executors: where visits run. In this process, or in supervised workers that may die."""

import contextlib
import math
import multiprocessing
import os
import resource
import signal
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import forkserver
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from dam.core.visit import Result, Task, visit
from dam.errors import WorkerError

_RECYCLE_AFTER = 500
"""Visits after which a worker is replaced, in case a decoder leaks."""
_GRACE = 5
"""Seconds after its time limit at which a worker ends itself."""
_PRELOADED = ["dam.core.visit", "dam.core.recognition", "sqlalchemy.orm"]


class Executor(Protocol):
    """Runs visits; the results come in whatever order they are ready."""

    def visit(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """Visit every task; `tasks` is consumed no faster than needed to keep busy."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class InProcess:
    """Runs visits one after another in this process. A decoder that crashes takes it along."""

    def visit(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """Visit every task, lazily."""
        return (visit(task) for task in tasks)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker may use for one visit."""

    seconds: float
    memory: int
    """MiB of address space."""


class WorkerPool:
    """Runs visits in worker processes that are watched, limited and replaced.

    A worker that crashes or hangs costs the step it was in: that step and whatever needs it fail on
    that entity, and the visit is repeated without it. Workers start when the first task comes.
    """

    def __init__(self, workers: int, limits: WorkerLimits) -> None:
        self._workers = workers
        self._limits = limits
        self._pool: Any = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def visit(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """Visit every task, with at most two for each worker under way."""
        waiting = iter(tasks)
        under_way: dict[Future[Result], tuple[Task, Path]] = {}
        try:
            while True:
                for task in islice(waiting, 2 * self._workers - len(under_way)):
                    self._submit(task, under_way)
                if not under_way:
                    return
                ready, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in ready:
                    task, announced = under_way.pop(future)
                    result = self._result(future, task, announced)
                    if isinstance(result, Task):
                        self._submit(result, under_way)
                    else:
                        yield result
        finally:
            for future in under_way:
                future.cancel()

    def _submit(self, task: Task, under_way: dict[Future[Result], tuple[Task, Path]]) -> None:
        folder = self._folder or self._start()
        self._count += 1
        announced = Path(folder.name) / str(self._count)
        arguments = [task, str(announced), self._limits.seconds]
        try:
            future = self._pool.schedule(_visit_announcing, args=arguments, timeout=self._limits.seconds)
        except RuntimeError:
            # The pool's own threads have given up.
            raise _no_workers() from None
        under_way[future] = (task, announced)

    def _result(self, future: Future[Result], task: Task, announced: Path) -> Result | Task:
        """Return the result, or the task to try again without the step that killed the worker."""
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        step = announced.read_text() if announced.exists() else ""
        announced.unlink(missing_ok=True)
        try:
            return future.result()
        except BrokenProcessPool:
            raise _no_workers() from None
        except TimeoutError:
            reason = f"took longer than {self._limits.seconds:g} s"
        except ProcessExpired as error:
            reason = f"crashed the decoder{_signal_name(error.exitcode)}"
        if not step or step in task.barred:
            # Nothing had started: the worker itself could not run, so don't go round for ever.
            raise WorkerError(
                f"cannot visit: entity {task.entity_id}: a worker died before it began: {reason}"
            )
        return replace(task, barred={**task.barred, step: reason})

    def _start(self) -> tempfile.TemporaryDirectory[str]:
        from pebble import ProcessPool

        # One thread a worker: the pool itself is the parallelism, and each BLAS thread costs address space.
        for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(variable, "1")
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        with _interrupts_ignored():
            forkserver.ensure_running()
        self._folder = tempfile.TemporaryDirectory(prefix="dam-")
        self._pool = ProcessPool(
            max_workers=self._workers,
            max_tasks=_RECYCLE_AFTER,
            initializer=_confine,
            initargs=[self._limits],
            context=context,
        )
        return self._folder


def _no_workers() -> WorkerError:
    return WorkerError(
        "cannot visit: no worker process stays alive: something ends them all",
        hint="look at memory limits and at TMPDIR; a script that uses dam must begin its work under "
        'if __name__ == "__main__":',
    )


def make_executor(workers: int, limits: WorkerLimits) -> Executor:
    """Return a pool of that many workers; none at all means in this process."""
    return WorkerPool(workers, limits) if workers else InProcess()


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


def _visit_announcing(task: Task, announced: str, seconds: float) -> Result:
    """Visit in a worker, writing down each step before it is taken."""
    # The coordinator stops what takes too long. Should it be gone by then, the worker stops by itself.
    signal.alarm(math.ceil(seconds) + _GRACE)
    file = os.open(announced, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:

        def announce(step: str) -> None:
            data = step.encode()
            os.pwrite(file, data, 0)
            os.ftruncate(file, len(data))

        return visit(task, announce)
    finally:
        signal.alarm(0)
        os.close(file)


def _confine(limits: WorkerLimits) -> None:
    """Limit this worker, and leave interrupts and the terminal to the coordinator."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    size = limits.memory << 20
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def _signal_name(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f" (exit code {exit_code})"
    try:
        return f" ({signal.Signals(-exit_code).name})"
    except ValueError:
        return f" (signal {-exit_code})"
