"""Stopping long work where nothing is lost: the first Ctrl-C asks for it, the second one insists."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Remembers that somebody wants the work to stop, until it has come to a good place.

    At the end of the `with` block the signal is passed on to whoever handled it before. In another thread
    than the main one, which no signal interrupts, nothing is remembered.
    """

    def __init__(self) -> None:
        self._number: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def is_wanted(self) -> bool:
        """Tell whether a signal to stop has come."""
        return self._number is not None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()
        if kind is None and self._number is not None:
            self._pass_on(self._number)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._number is None:
            self._number = number
            return
        self._restore()
        self._pass_on(number)

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _pass_on(self, number: int) -> None:
        handler: Callable[[int, FrameType | None], Any] | int | None = self._before[number]
        if callable(handler):
            handler(number, None)
