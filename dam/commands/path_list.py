"""Lists of paths that come from a file or from another program."""

import sys
from collections.abc import Iterator
from typing import BinaryIO

from dam.core.path_text import show_path
from dam.errors import UsageError
from dam.services.os_errors import why

_BLOCK = 65536


def listed_paths(source: str, *, null: bool) -> Iterator[bytes]:
    """Yield the paths in a file, `-` for stdin: one a line, or with `null` each ended by a NUL.

    Empty entries mean nothing, and so does an empty list. Raises UsageError if it cannot be read.
    """
    end = b"\0" if null else b"\n"
    if source == "-":
        yield from _split(sys.stdin.buffer, end)
        return
    try:
        file = open(source, "rb")  # noqa: SIM115 - only opening it is the user's mistake
    except OSError as error:
        raise UsageError(
            f"cannot read: {show_path(source.encode('utf-8', 'surrogateescape'))}: {why(error)}"
        ) from None
    with file:
        yield from _split(file, end)


def _split(file: BinaryIO, end: bytes) -> Iterator[bytes]:
    rest = b""
    while block := file.read1(_BLOCK):  # type: ignore[attr-defined]
        *whole, rest = (rest + block).split(end)
        yield from filter(None, whole)
    if rest:
        yield rest
