"""Executors: where jobs run. In this process, or in supervised workers that may die."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from dam.core.job import Job, Unwatched

J = TypeVar("J", bound=Job)

_BATCH_JOBS = 32
_BATCH_COST = 1 << 20
"""Bytes from which on a batch of jobs is large enough to keep a worker busy."""

_PATIENCE = 0.25
"""Seconds for which a result is waited for before it is asked again whether to stop."""

Finished = list[tuple[Job, Any]]
"""Jobs with what they returned."""


class Channel(Protocol):
    """One user's way to an executor: what goes in here comes out here."""

    @property
    def has_room(self) -> bool:
        """Tell whether another batch would keep the workers busy rather than wait."""
        ...

    def start(self, jobs: Sequence[Job], near: int = 0) -> None:
        """Hand over jobs that travel together: to the worker of this number, if there is still one."""
        ...

    def finished(self, timeout: float | None = None) -> Finished:
        """Wait for a batch and return its jobs; nothing if none is under way, or after `timeout` seconds.

        Raises what a job raised, and WorkerError if no worker can be had.
        """
        ...

    def close(self) -> None:
        """Forget what is under way."""
        ...


class Executor(Protocol):
    """Runs jobs; the results come in whatever order they are ready."""

    def channel(self) -> Channel:
        """Open a way to give jobs and to get results; close it in the end."""
        ...

    def at_work(self) -> list[str]:
        """Tell what is being worked on right now, and at which step. Any thread may ask."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class InProcess:
    """Runs jobs one after another in this process. A decoder that crashes takes it along."""

    def __init__(self) -> None:
        self._job: Job | None = None

    def channel(self) -> Channel:
        """Open a queue that is worked off as results are asked for."""
        return _Queue(self)

    def at_work(self) -> list[str]:
        """Tell the job that is running."""
        job = self._job
        return [job.subject] if job else []

    def run(self, job: Job) -> Any:
        """Run a job."""
        self._job = job
        try:
            return job.run(Unwatched())
        finally:
            self._job = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Queue:
    """The channel of InProcess."""

    def __init__(self, executor: InProcess) -> None:
        self._waiting: deque[Job] = deque()
        self._executor = executor

    @property
    def has_room(self) -> bool:
        return not self._waiting

    def start(self, jobs: Sequence[Job], near: int = 0) -> None:
        self._waiting.extend(jobs)

    def finished(self, timeout: float | None = None) -> Finished:
        if not self._waiting:
            return []
        job = self._waiting.popleft()
        return [(job, self._executor.run(job))]

    def close(self) -> None:
        self._waiting.clear()


def run_jobs(
    executor: Executor, jobs: Iterable[J], until: Callable[[], bool] | None = None
) -> Generator[tuple[J, Any], None, None]:
    """Yield every job with its result; `jobs` is consumed no faster than needed to keep busy.

    When `until` returns true no more are begun, and those under way are forgotten.
    """
    batches = in_batches(jobs)
    channel = executor.channel()
    under_way = 0
    try:
        while not (until and until()):
            # Where others keep the workers busy there may never be room: one batch may always wait its turn.
            while (channel.has_room or not under_way) and (batch := next(batches, None)):
                channel.start(batch)
                under_way += len(batch)
            done = channel.finished(_PATIENCE if until else None)
            if not (done or under_way):
                return
            under_way -= len(done)
            yield from done  # type: ignore[misc]  # a channel gives back the very jobs it was given
    finally:
        channel.close()


def in_batches(jobs: Iterable[J]) -> Iterator[list[J]]:
    """Yield jobs in batches: many that are cheap, or a single dear one."""
    batch: list[J] = []
    cost = 0
    for job in jobs:
        batch.append(job)
        cost += job.cost
        if cost >= _BATCH_COST or len(batch) >= _BATCH_JOBS:
            yield batch
            batch, cost = [], 0
    if batch:
        yield batch
