"""Running the program so that permission bits count, as they do not for the superuser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The same user without the capability, since another one may not even reach our interpreter.
UNPRIVILEGED: tuple[str, ...] = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
)


@contextmanager
def read_only(*tops: Path) -> Iterator[None]:
    """Take the right to write away from these files and folders and all that is in them."""
    before = {}
    for top in tops:
        for path in (top, *top.rglob("*")):
            before[path] = path.stat().st_mode
    for path, mode in before.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in before.items():
            path.chmod(mode)
