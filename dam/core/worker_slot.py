"""One worker process, and the batches it was given."""

import contextlib
import multiprocessing
import os
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

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

_RECYCLE_AFTER = 500
"""Batches after which a worker is replaced, in case a decoder leaks."""


Results = deque[tuple[Job, Any]]
"""Jobs as they were handed in, with what each returned."""


@dataclass(frozen=True)
class Item:
    """A job under way."""

    asked: Job
    """As it was handed in."""
    job: Job
    """As it is run now, perhaps without the steps that killed workers."""
    deaths: int = 0


@dataclass(eq=False)
class Batch:
    """Jobs that travel together."""

    number: int
    items: list[Item]
    results: Results
    """Where its results go."""


class Slot:
    """The place of one worker, and whatever process fills it at present."""

    def __init__(self, number: int, folder: str, limits: WorkerLimits) -> None:
        from pebble import ProcessPool

        self.number = number
        self.files = WorkerFiles(os.path.join(folder, "record"), os.path.join(folder, "noise"))
        self.under_way: dict[Future[list[Any]], Batch] = {}
        with open(self.files.record, "wb") as file:
            file.write(b"\xff" * 8 + bytes(RECORD_BYTES - 8))
        self._noise = _pipe(self.files.noise)
        self._pool: Any = ProcessPool(
            max_workers=1,
            max_tasks=_RECYCLE_AFTER,
            initializer=prepare,
            initargs=[limits, self.files, number],
            context=multiprocessing.get_context("forkserver"),
        )

    def start(self, batch: Batch) -> None:
        """Give the worker a batch; where it is dead, the batch's future says so."""
        arguments = [batch.number, [item.job for item in batch.items]]
        try:
            future = self._pool.schedule(run_batch, args=arguments)
        except RuntimeError:
            # The worker died while it had nothing to do, which pebble takes for the end.
            from concurrent.futures.process import BrokenProcessPool

            future = Future()
            future.set_exception(BrokenProcessPool())
        self.under_way[future] = batch

    @property
    def is_dead(self) -> bool:
        """Tell whether pebble has given the worker up.

        It does not tell those who gave work at that very moment.
        """
        return not self._pool.active

    def at_work(self) -> str | None:
        """Tell what the worker is at; None if it has nothing to do. Any thread may ask."""
        try:
            words = read_last_words(self.files.record)
        except OSError:
            return None
        for batch in list(self.under_way.values()):
            if batch.number == words.batch:
                subject = batch.items[words.index].asked.subject
                return f"{subject} ({words.step})" if words.step else subject
        return None

    def last_words(self) -> tuple[LastWords, str]:
        """Return where the worker is or was, and what C libraries have said on its stderr."""
        return read_last_words(self.files.record), read_noise(self._noise)

    def close(self) -> None:
        """Stop the worker."""
        self._pool.stop()
        # Its threads may hang on a pipe whose other end died in the middle of a message.
        with contextlib.suppress(TimeoutError):
            self._pool.join(timeout=2)
        if self._noise is not None:
            os.close(self._noise)


def _pipe(path: str) -> int | None:
    """Make a named pipe and hold it open, so that what is in it outlives its writer."""
    try:
        os.mkfifo(path, 0o600)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None  # Not every file system has pipes.
