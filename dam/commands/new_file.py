"""Writing a file for the user that is whole or not there."""

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator

from dam.core.path_text import show_path
from dam.errors import UsageError
from dam.services.os_errors import store_error, why
from dam.services.stores.durable_files import write_fully
from dam.services.stores.file_system import THIS_SYSTEM


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
        for chunk in chunks:
            with _writing(path):
                write_fully(THIS_SYSTEM, descriptor, chunk)
        with _writing(path):
            os.fsync(descriptor)
            _rename_without_overwriting(temporary, path)
    finally:
        os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _rename_without_overwriting(temporary: bytes, path: bytes) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # This file system has no hard links: the name is taken by an empty file, and that one replaced.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        os.rename(temporary, path)


@contextlib.contextmanager
def _writing(path: bytes) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise store_error(error, "cannot write", show_path(path)) from None


def _exists(path: bytes) -> UsageError:
    return UsageError(
        f"cannot write: {show_path(path)}: it exists, and nothing is ever overwritten",
        hint="choose another name",
    )
