"""The inside of a worker process: jobs under a watch, with limits on time, memory and noise.

What it is about to do stands in a small file that the coordinator reads once the worker is dead; what
its libraries write to stderr goes into a named pipe that never blocks and outlives it.
"""

import contextlib
import mmap
import os
import resource
import signal
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dam.core.job import Allowance, Job

_HEADER = struct.Struct("=qqdq")
"""Number of the batch, index of the job in it, seconds it may take, length of the step's name."""
_STEP_BYTES = 1024
RECORD_BYTES = _HEADER.size + _STEP_BYTES
_NOISE_BYTES = 65536
_NOISE_SHOWN = 400


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker may use for one job."""

    seconds: float
    memory: int
    """MiB of address space."""


@dataclass(frozen=True)
class WorkerFiles:
    """The paths by which a worker and its coordinator keep in touch beside the pool's own pipes."""

    record: str
    noise: str


@dataclass(frozen=True)
class LastWords:
    """What a worker was at when it was last heard of."""

    batch: int
    index: int
    seconds: float
    step: str


class WorkerWatch:
    """Writes down every step before it is taken, and ends the process when a job takes too long."""

    def __init__(self, limits: WorkerLimits, files: WorkerFiles, worker: int) -> None:
        self.worker = worker
        self._limits = limits
        self._allowed = Allowance()
        self._seconds = limits.seconds
        self._batch = self._index = -1
        with open(files.record, "r+b") as file:
            self._record = mmap.mmap(file.fileno(), RECORD_BYTES)
        self._noise = _redirect_noise(files.noise)

    def run(self, batch: int, jobs: Sequence[Job]) -> list[Any]:
        """Do all the jobs, each within its own limits."""
        return [self._run(batch, index, job) for index, job in enumerate(jobs)]

    def _run(self, batch: int, index: int, job: Job) -> Any:
        self._batch, self._index, self._seconds = batch, index, self._limits.seconds
        self.step("")
        self.noise()
        self.alive()
        try:
            return job.run(self)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            if self._allowed != Allowance():
                self._allowed = Allowance()
                _limit_memory(self._limits.memory)

    def step(self, name: str) -> None:
        """Write the step down where the coordinator finds it."""
        data = name.encode()[:_STEP_BYTES]
        _HEADER.pack_into(self._record, 0, self._batch, self._index, self._seconds, len(data))
        self._record[_HEADER.size : _HEADER.size + len(data)] = data

    def allow(self, allowance: Allowance) -> None:
        """Take over narrower limits; wider ones than the settings' have no effect."""
        if allowance == self._allowed:
            return
        self._allowed = allowance
        self._seconds = min(self._limits.seconds, allowance.seconds or self._limits.seconds)
        _limit_memory(min(self._limits.memory, allowance.memory or self._limits.memory))
        self.alive()

    def alive(self) -> None:
        """Let the time count anew: when it is up, SIGALRM ends this process."""
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def noise(self) -> str:
        """Return what was written to stderr meanwhile, made one line."""
        return read_noise(self._noise)


def read_last_words(path: str) -> LastWords:
    """Return what stands in a worker's record. Raises OSError."""
    with open(path, "rb") as file:
        data = file.read(RECORD_BYTES)
    batch, index, seconds, length = _HEADER.unpack_from(data)
    return LastWords(batch, index, seconds, data[_HEADER.size :][:length].decode(errors="replace"))


def read_noise(descriptor: int | None) -> str:
    """Empty a noise pipe and return what was in it, as one line without repetitions."""
    data = b"" if descriptor is None else b"".join(_drained(descriptor))
    lines = dict.fromkeys(" ".join(line.split()) for line in data.decode(errors="replace").splitlines())
    text = " | ".join(line for line in lines if line)
    return text if len(text) <= _NOISE_SHOWN else f"{text[:_NOISE_SHOWN]}..."


_watch: WorkerWatch | None = None
"""This process's watch, from `prepare` on."""


def prepare(limits: WorkerLimits, files: WorkerFiles, worker: int) -> None:
    """Limit this process, and leave interrupts and the terminal to the coordinator."""
    global _watch  # noqa: PLW0603 - the pool calls functions, so that state between them is global
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _limit_memory(limits.memory, for_good=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _watch = WorkerWatch(limits, files, worker)


def run_batch(batch: int, jobs: Sequence[Job]) -> list[Any]:
    """Run jobs in a worker that was prepared."""
    assert _watch is not None  # noqa: S101
    return _watch.run(batch, jobs)


def _limit_memory(mebibytes: int, *, for_good: bool = False) -> None:
    size = mebibytes << 20
    with contextlib.suppress(ValueError, OSError):
        hard = size if for_good else resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def _redirect_noise(path: str) -> int | None:
    """Send stdout nowhere and stderr into the pipe at `path`; return where to read it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)
    try:
        reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        writing = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None  # The folder for temporary files cannot hold pipes: then the noise is lost.
    os.dup2(writing, 2)
    os.close(writing)
    return reading


def _drained(descriptor: int) -> Iterator[bytes]:
    with contextlib.suppress(BlockingIOError):
        while data := os.read(descriptor, _NOISE_BYTES):
            yield data
