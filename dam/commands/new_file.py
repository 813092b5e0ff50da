"""Writing a file for the user that is whole or not there."""

import errno
import os
import secrets
from collections.abc import Iterable

from dam.errors import NoSpace, StoreError, UsageError
from dam.services.os_errors import why
from dam.services.path_text import show_path


def write_new_file(path: bytes, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to a file that must not exist, under its name only once it is complete.

    Raises UsageError if it exists or cannot be made, NoSpace if the disk is full; what `chunks` raises
    passes through and leaves nothing behind.
    """
    if os.path.lexists(path):
        raise _exists(path)
    temporary = os.path.join(os.path.dirname(path), b".dam-%s.part" % secrets.token_hex(8).encode())
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise UsageError(f"cannot write: {show_path(path)}: {why(error)}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                _write(file.write, chunk, path)
            _write(file.flush, None, path)
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        raise _exists(path) from None
    finally:
        os.unlink(temporary)


def _write(step: object, chunk: bytes | None, path: bytes) -> None:
    try:
        step() if chunk is None else step(chunk)  # type: ignore[operator]
    except OSError as error:
        kind = NoSpace if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else StoreError
        raise kind(f"cannot write: {show_path(path)}: {why(error)}") from None


def _exists(path: bytes) -> UsageError:
    return UsageError(
        f"cannot write: {show_path(path)}: it exists, and nothing is ever overwritten",
        hint="choose another name",
    )
