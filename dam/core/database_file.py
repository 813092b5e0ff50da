"""The SQLite file itself: whether its name still leads to the file that was opened."""

import os
from pathlib import Path

from dam.core.path_text import show_path
from dam.errors import DatabaseError


class DatabaseFile:
    """Remembers which file a database is, because SQLite goes on writing to one that was deleted."""

    def __init__(self, path: Path | None) -> None:
        self._path = path.absolute() if path else None
        self._identity: tuple[int, int] | None = None

    def require_the_same(self) -> None:
        """Raise DatabaseError if the file was deleted or replaced since the first call; not on PostgreSQL."""
        if self._path is None:
            return
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            status = None
        found = (status.st_dev, status.st_ino) if status else None
        self._identity = self._identity or found
        if found != self._identity:
            raise DatabaseError(
                f"database failed: {show_path(os.fsencode(self._path))}: its file was deleted or replaced",
                hint="what was done since then is not acknowledged; do it again",
            )
