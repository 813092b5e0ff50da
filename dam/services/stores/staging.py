"""Files that are written and have no lasting name yet: tmp/<writer>/<file>."""

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock

from dam.services.file_storage import Staged
from dam.services.stores.durable_files import discard_files, look
from dam.services.stores.file_system import FileSystem
from dam.services.stores.group_sync import GroupSync
from dam.services.stores.writer_folder import WriterFolder

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_HALF = 8  # bytes; two halves make a name.


@dataclass
class Draft:
    """A file being written."""

    token: str
    path: str
    descriptor: int
    open: bool = True


class Staging:
    """Where one store object stages: in a folder of its own, or as a copy in that of its original.

    Every method raises OSError.
    """

    def __init__(self, files: FileSystem, directory: str, group_sync: GroupSync, writer: str | None) -> None:
        """Take part in the folder `writer`, which somebody else owns; without one, have an own folder."""
        self.is_copy = writer is not None
        self._files = files
        self._directory = directory
        self._group_sync = group_sync
        self._writer = writer
        self._own: WriterFolder | None = None
        self._began: str | None = None
        self._beginning = Lock()
        self._lost: set[str] = set()
        # Names begin with what tells this object from its copies, also from those in other processes.
        self._self = token_hex(_HALF)

    def writer(self) -> str:
        """Return the name of the folder; an own one is made if need be."""
        began = self._began
        if began is None:
            with self._beginning:  # Pools pickle in threads of their own.
                began = self._began = self._began or self._begin()
        return began

    def _begin(self) -> str:
        # Watching for failed writes begins before the first file can be written, here or by a copy.
        self._group_sync.watch()
        if self._writer is None:
            self._own = WriterFolder.create(self._files, self._directory)
            self._writer = self._own.name
        return self._writer

    def create(self) -> Draft:
        """Make an empty file under a name that was never used."""
        token = f"{self.writer()}/{self._self}{token_hex(_HALF)}"
        path = f"{self._directory}/{token}"
        return Draft(token, path, self._files.open(path, _CREATE, 0o600))

    def finish(self, draft: Draft) -> None:
        """Make it read-only for everybody, so that syncing it makes that durable, too, and close it."""
        self._files.fchmod(draft.descriptor, 0o444)
        draft.open = False
        self._files.close(draft.descriptor)

    def give_up(self, draft: Draft) -> None:
        """Remove it, at whatever point its writing stopped."""
        discard_files(self._files, [draft.path])
        if draft.open:
            draft.open = False
            self._files.close(draft.descriptor)

    def path(self, staged: Staged) -> str | None:
        """Return where a staged file is, or was; None if it cannot be in this folder."""
        writer, _, _ = staged.token.partition("/")
        return f"{self._directory}/{staged.token}" if writer == self._writer else None

    def paths(self, group: Sequence[Staged]) -> list[str]:
        """Return where the files of a group are, all of which this object may publish.

        A copy may publish what it staged itself: of what had been staged before it began to watch for
        failed writes it cannot know whether all went well. Raises ValueError if some are not there.
        """
        paths = [path for one in group if (path := self._publishable(one)) is not None]
        if len(set(paths)) != len(group):
            raise ValueError("published or discarded before, or staged by another store")
        return paths

    def _publishable(self, staged: Staged) -> str | None:
        path = self.path(staged)
        if path is None or (self.is_copy and not staged.token.startswith(f"{self._writer}/{self._self}")):
            return None
        status = look(self._files, path)
        if status is None:
            return None
        if not stat.S_ISREG(status.st_mode) or status.st_size != staged.digests.size:
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # It was whole when it was staged.
        return path

    def is_lost(self, group: Sequence[Staged]) -> bool:
        """Tell whether some of a group had been staged when a sync failed."""
        return any(one.token.partition("/")[0] in self._lost for one in group)

    def is_orphaned(self) -> bool:
        """Tell whether this is a copy whose original has gone, and the folder with it."""
        return self.is_copy and look(self._files, f"{self._directory}/{self._writer}") is None

    def abandon(self) -> None:
        """Give up all that is staged, here and by copies, and begin anew the next time."""
        if self.is_copy:
            return
        # Groups are published in a thread of their own, while others may stage.
        with self._beginning:
            self._group_sync.close()
            if self._own is not None:
                self._lost.add(self._own.name)
                self._own.remove()
            self._own = self._writer = self._began = None
