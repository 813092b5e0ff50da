"""Where an OSError stops being the system's and becomes one of ours: one mapping for each side."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from dam.core.path_text import show_path
from dam.errors import NoSpace, SourceUnreachable, StoreError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def why(error: OSError) -> str:
    """Return the system's reason in our spelling: lower case, no final period."""
    text = os.strerror(error.errno) if error.errno else str(error)
    return text[:1].lower() + text[1:]


def source_error(error: OSError, path: bytes) -> SourceUnreachable:
    """Return what to raise when the user's file at `path` gave `error`."""
    return SourceUnreachable(f"cannot read: {show_path(path)}: {why(error)}")


def store_error(error: OSError, what: str, which: str) -> NoSpace | StoreError:
    """Return what to raise when doing `what` to `which` in the store gave `error`."""
    kind = NoSpace if error.errno in _FULL else StoreError
    return kind(f"{what}: {which}: {why(error)}")


@contextmanager
def store_errors(what: str, which: str) -> Iterator[None]:
    """Turn every OSError of the block into NoSpace or StoreError."""
    try:
        yield
    except OSError as error:
        raise store_error(error, what, which) from error
