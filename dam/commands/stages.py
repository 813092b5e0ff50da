"""Progress of work that has several stages, each with a length of its own."""

from types import TracebackType
from typing import Self

from dam.commands.progress import Progress

_MILLION = 1_000_000


class Stages:
    """Shows one stage after the other; steps that come by the million are counted so."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._unit = 1
        self._left = self._to_go = 0

    def __enter__(self) -> Self:
        return self

    def expect(self, stage: str, total: int) -> None:
        """Begin a stage of so many steps."""
        self.stop()
        self._left, self._to_go = 0, total
        self._unit = _MILLION if total > 10 * _MILLION else 1
        name = f"{stage} (millions)" if self._unit > 1 else stage
        self._progress = Progress(name, total // self._unit).__enter__()

    def advance(self, count: int) -> None:
        """Count more steps as done."""
        whole, self._left = divmod(self._left + min(count, self._to_go), self._unit)
        # What is done block by block may come to a little more than was foretold.
        self._to_go = max(self._to_go - count, 0)
        if self._progress is not None and whole:
            self._progress.advance(whole)

    def stop(self) -> None:
        """End the stage, and take its bar away."""
        if self._progress is not None:
            self._progress.__exit__(None, None, None)
            self._progress = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
