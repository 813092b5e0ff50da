"""Writing a file for the user that is whole or not there."""

import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from dam.core.path_text import show_path
from dam.errors import UsageError
from dam.services.os_errors import store_error, why
from dam.services.stores.durable_files import look, write_fully
from dam.services.stores.file_system import THIS_SYSTEM

MayReplace = Callable[[bytes], str | None]
"""Asked about a regular file that has the name already: None if it may go, or else why it may not."""


def write_new_file(path: bytes, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to a file that must not exist, under its name only once it is complete.

    Raises UsageError if it exists or cannot be made, NoSpace if the disk is full; what `chunks` raises
    passes through and leaves nothing behind.
    """
    with new_file(path) as file:
        for chunk in chunks:
            file.write(chunk)


class NewFile:
    """A file that has no name yet."""

    def __init__(self, path: bytes, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write at the end; raises NoSpace if the disk is full."""
        with _writing(self._path):
            write_fully(THIS_SYSTEM, self._descriptor, data)

    def replace(self, offset: int, data: bytes) -> None:
        """Write over what was written at `offset`."""
        with _writing(self._path):
            while data:
                written = os.pwrite(self._descriptor, data, offset)
                data, offset = data[written:], offset + written


def _nothing_is_replaced(_: bytes) -> str:
    return "it exists, and nothing is ever overwritten"


@contextmanager
def new_file(path: bytes, may_replace: MayReplace = _nothing_is_replaced) -> Iterator[NewFile]:
    """Give a file to write that gets its name at the end of the block, and is gone if that raises.

    Raises UsageError if there is something of this name that may not be replaced, at the beginning or at
    the end, or if no file can be made there; NoSpace if the disk is full.
    """
    if not path:
        raise UsageError("cannot write: no name was given for the file")
    _look_at(path, may_replace)
    temporary = os.path.join(os.path.dirname(path), b".dam-%s.part" % secrets.token_hex(8).encode())
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise UsageError(f"cannot write: {show_path(path)}: {why(error)}") from None
    try:
        yield NewFile(path, descriptor)
        with _writing(path):
            os.fsync(descriptor)
            replaced = _look_at(path, may_replace)
            if replaced is None:
                _rename_without_overwriting(temporary, path)
            else:
                # What others were not to read they are not to read now.
                os.fchmod(descriptor, stat.S_IMODE(replaced.st_mode) & 0o777)
                os.rename(temporary, path)
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _look_at(path: bytes, may_replace: MayReplace) -> os.stat_result | None:
    """Look at what is to be replaced, None if nothing is there; raise UsageError if it may not be."""
    try:
        found = look(THIS_SYSTEM, os.fsdecode(path))
        if found is None:
            return None
        refusal = may_replace(path) if stat.S_ISREG(found.st_mode) else _nothing_is_replaced(path)
    except OSError as error:
        raise UsageError(f"cannot write: {show_path(path)}: {why(error)}") from None
    if refusal is not None:
        raise _exists(path, refusal)
    return found


def _rename_without_overwriting(temporary: bytes, path: bytes) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # This file system has no hard links: the name is taken by an empty file, and that one replaced.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        os.rename(temporary, path)


@contextmanager
def _writing(path: bytes) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise _exists(path, _nothing_is_replaced(path)) from None
    except OSError as error:
        raise store_error(error, "cannot write", show_path(path)) from None


def _exists(path: bytes, refusal: str) -> UsageError:
    return UsageError(f"cannot write: {show_path(path)}: {refusal}", hint="choose another name")
