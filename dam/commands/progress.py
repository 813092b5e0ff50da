"""Progress of long work: a bar on stderr if it is a terminal, a line now and then in the log if not."""

import logging
import sys
import time
from types import TracebackType
from typing import Any, Self

_log = logging.getLogger("dam.progress")
_EVERY = 5.0
"""Seconds between two lines in the log."""


class Progress:
    """Counts what is done and shows it."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._bar: Any = None
        self._task: Any = None
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=self._total)
        return self

    def advance(self, *, failures: int = 0) -> None:
        """Count one more."""
        self._done += 1
        text = self._what if not failures else f"{self._what} ({failures} failed)"
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=text)
        elif time.monotonic() - self._said > _EVERY:
            self._said = time.monotonic()
            _log.info("%s: %d of %s", text, self._done, self._total or "?")

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
