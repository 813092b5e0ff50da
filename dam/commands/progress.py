"""Progress of long work: a bar on stderr if it is a terminal, a line now and then in the log if not."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

_log = logging.getLogger("dam.progress")
_EVERY = 5.0
"""Seconds between two lines in the log."""


class Progress:
    """Counts what is done, and shows it with its rate and the time that is left."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._files = self._size = self._failures = 0
        self._total_files = total or 0
        self._total_size = 0
        self._bar: Any = None
        self._task: Any = None
        self._start = time.monotonic()
        self._waits_for: Callable[[], Iterable[str]] = tuple
        self._is_over = threading.Event()
        self._clock: threading.Thread | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeRemainingColumn())
            self._bar = Bar(
                *columns,
                console=Console(stderr=True),
                transient=True,
                # Lines of the answer belong above the bar, but only those that go to a terminal themselves.
                redirect_stdout=sys.stdout.isatty(),
            )
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=None)
        elif _log.isEnabledFor(logging.INFO):
            # By a clock of its own: what takes long is just what nothing comes from.
            self._clock = threading.Thread(target=self._tell, name="progress", daemon=True)
            with suppress(RuntimeError):  # No thread is to be had, and so no line: no reason to fail.
                self._clock.start()
        return self

    @property
    def is_shown(self) -> bool:
        """Tell whether somebody watches a bar."""
        return self._bar is not None

    def ask(self, waits_for: Callable[[], Iterable[str]]) -> None:
        """Have lines in which nothing more is done say what is waited for; it is asked in another thread."""
        self._waits_for = waits_for

    def expect(self, *, files: int, size: int) -> None:
        """Say how much there is in all, as far as is known; the time that is left follows from it."""
        self._total_files, self._total_size = files, size
        self._show()

    def advance(self, files: int = 1, *, size: int = 0, failures: int = 0) -> None:
        """Count more as done, of a size in bytes; `failures` is how many have failed so far."""
        self._files += files
        self._size += size
        self._failures = failures
        self._show()

    def __str__(self) -> str:
        seconds = max(time.monotonic() - self._start, 0.001)
        of_all = f" of {self._total_files}" if self._total_files else ""
        text = f"{self._what}: {self._files}{of_all}, {self._files / seconds:.0f}/s"
        if self._size:
            text += f", {in_words(self._size)}, {in_words(self._size / seconds)}/s"
        return f"{text}, {self._failures} failed" if self._failures else text

    def _show(self) -> None:
        if self._bar is None:
            return
        # Bytes tell better than files how long it will take, where they are known.
        done, total = self._files, self._total_files
        if self._total_size:
            done, total = self._size, self._total_size
        self._bar.update(self._task, completed=done, total=total or None, description=str(self))

    def _tell(self) -> None:
        before = self._files
        while not self._is_over.wait(_EVERY):
            _log.info("%s%s", self, self._waiting() if self._files == before else "")
            before = self._files

    def _waiting(self) -> str:
        try:
            what = ", ".join(self._waits_for())
        except Exception:  # noqa: BLE001 - what is asked is in the middle of its work, in another thread
            return ""
        return f"; waiting for {what}" if what else ""

    def stop(self) -> None:
        """Take the bar away, and say no more."""
        self._is_over.set()
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        if self._clock is not None and self._clock.is_alive():
            self._clock.join(1)  # It may hang on a stderr that nobody reads.

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def in_words(size: float) -> str:
    """Return a number of bytes as people say it: `3.7 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
