"""Jobs: pieces of work that a worker may be given, and how it is watched while it does them."""

from dataclasses import dataclass
from typing import Any, Protocol, Self


@dataclass(frozen=True)
class Allowance:
    """What one job may use; None means as much as the settings allow, which nothing exceeds."""

    seconds: float | None = None
    memory: int | None = None
    """MiB of address space."""


class Watch(Protocol):
    """Is told what a job is about to do, so that it is known what killed a worker."""

    @property
    def worker(self) -> int:
        """Give the number of the worker that runs the job, for `Channel.start`; 0 if it has none."""
        ...

    def step(self, name: str) -> None:
        """Say what comes next."""
        ...

    def allow(self, allowance: Allowance) -> None:
        """Set what may be used from here to the end of the job; the time counts anew."""
        ...

    def alive(self) -> None:
        """Say that the job gets on: its time counts anew."""
        ...

    def noise(self) -> str:
        """Return what libraries have written to stderr since the last call, as one line."""
        ...


class Unwatched:
    """A watch that lets everything pass, for work in this very process."""

    worker = 0

    def step(self, name: str) -> None:
        """Do nothing."""

    def allow(self, allowance: Allowance) -> None:
        """Do nothing."""

    def alive(self) -> None:
        """Do nothing."""

    def noise(self) -> str:
        """Return nothing: what is written to stderr is on stderr."""
        return ""


class Job(Protocol):
    """Work for a worker; it pickles, and doing it twice is doing it once."""

    @property
    def subject(self) -> str:
        """Give what it is about, in words for people."""
        ...

    @property
    def cost(self) -> int:
        """Give roughly how many bytes it reads: cheap jobs travel together."""
        ...

    def run(self, watch: Watch) -> Any:
        """Do it and return plain values."""
        ...

    def without(self, step: str, reason: str) -> Self:
        """Return the job in which that step fails for that reason instead of being taken."""
        ...
