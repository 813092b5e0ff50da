"""Lists of paths that come from a file or from another program."""

import select
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from dam.core.path_text import show_path
from dam.errors import UsageError
from dam.services.os_errors import why

_BLOCK = 65536
_PATIENCE = 0.25
"""Seconds after which somebody who waits for a list looks up whether it is still wanted."""


def listed_paths(source: str, *, null: bool, until: Callable[[], bool] = lambda: False) -> Iterator[bytes]:
    """Yield the paths in a file, `-` for stdin: one a line, or with `null` each ended by a NUL.

    Empty entries mean nothing, and so does an empty list. When `until` returns true no more is waited
    for. Raises UsageError if it cannot be read.
    """
    end = b"\0" if null else b"\n"
    if source == "-":
        yield from _split(sys.stdin.buffer, end, until)
        return
    try:
        file = open(source, "rb")  # noqa: SIM115 - only opening it is the user's mistake
    except OSError as error:
        raise UsageError(
            f"cannot read: {show_path(source.encode('utf-8', 'surrogateescape'))}: {why(error)}"
        ) from None
    with file:
        yield from _split(file, end, until)


def _split(file: BinaryIO, end: bytes, until: Callable[[], bool]) -> Iterator[bytes]:
    rest = b""
    while block := _read(file, until):
        *whole, rest = (rest + block).split(end)
        yield from filter(None, whole)
    if rest and not until():
        yield rest


def _read(file: BinaryIO, until: Callable[[], bool]) -> bytes:
    """Return what comes next, nothing at the end or when it is not wanted any more."""
    while not until():
        # Whoever writes the list may take hours between two lines of it.
        ready, _, _ = select.select([file], [], [], _PATIENCE)
        if ready:
            return file.read1(_BLOCK)  # type: ignore[attr-defined, no-any-return]
    return b""
