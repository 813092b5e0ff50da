"""Lists that come from a file or from another program."""

import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from dam.core.path_text import show_path
from dam.errors import UsageError
from dam.services.os_errors import why

_BLOCK = 65536
_PATIENCE = 0.25
"""Seconds for which a list is waited for before something else is looked after."""


def listed_paths(
    source: str, *, null: bool, until: Callable[[], bool] = lambda: False
) -> Iterator[bytes | None]:
    """Yield the paths in a file, `-` for stdin: one a line, or with `null` each ended by a NUL.

    Empty entries mean nothing, and so does an empty list. None comes whenever the next path is a while in
    coming. When `until` returns true no more is waited for. Raises UsageError if it cannot be read.
    """
    end = b"\0" if null else b"\n"
    with _opened(source) as file:
        yield from _split(file, source, end, until)


def numbered_lines(source: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines in a file, `-` for stdin, with their numbers, empty ones left out.

    Raises UsageError if it cannot be read.
    """
    with _opened(source) as file:
        number = 0
        while True:
            with _naming(source):
                line = file.readline()
            if not line:
                return
            number += 1
            if line.strip():
                yield number, line


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        if sys.stdin is None:
            raise UsageError("cannot read: -: standard input is closed")
        yield sys.stdin.buffer
        return
    with _naming(source):
        file = open(source, "rb")  # noqa: SIM115 - what is done with the paths is none of the list's errors
    with file:
        yield file


@contextmanager
def _naming(source: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        shown = show_path(source.encode("utf-8", "surrogateescape"))
        raise UsageError(f"cannot read: {shown}: {why(error)}") from None


def _split(file: BinaryIO, source: str, end: bytes, until: Callable[[], bool]) -> Iterator[bytes | None]:
    rest = b""
    while not until():
        # Whoever writes the list may take hours between two lines of it.
        if not select.select([file], [], [], _PATIENCE)[0]:
            yield None
            continue
        with _naming(source):
            block = file.read1(_BLOCK)  # type: ignore[attr-defined]
        if not block:
            break
        *whole, rest = (rest + block).split(end)
        yield from (path for path in whole if path)
    if rest and not until():
        yield rest
