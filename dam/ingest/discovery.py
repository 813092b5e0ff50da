"""From what the user named to files, a folder at a time, with a verdict on everything that is none."""

import os
import stat
import time
from collections.abc import Iterable, Iterator

from dam.ingest.folders import absolute
from dam.ingest.listing import PAUSE, Candidate, FoundKind, Listing
from dam.ingest.open_folder import why_unreachable
from dam.ingest.own_files import OURS, DatabaseFiles, OwnFiles, identity
from dam.ingest.walk import Walker
from dam.services.deep_paths import stat_path
from dam.services.file_facts import why_not_regular
from dam.services.os_errors import why

_TOGETHER = 256
"""So many named paths make one listing at most."""
_SECONDS = 1.0
"""So long a listing of named paths may grow: they may come from somebody who is typing."""
_NO_NAMES = frozenset({b"", b".", b".."})
_LINK = "is a symbolic link"


def listings(
    paths: Iterable[bytes | None],
    own: OwnFiles,
    *,
    recursive: bool,
    follow_links: bool = False,
    ignore: bool = True,
) -> Iterator[Listing]:
    """Yield every file that the paths mean, and every path that is no file, in a stable order.

    What is in a folder comes as `Walker` tells it. Named paths that follow each other and share a
    folder come together; they are never ignored. None among the paths says that the next one may be
    long in coming.
    """
    walker = Walker(own, DatabaseFiles(own), follow_links, ignore)
    named = _Named(own, recursive=recursive, follow_links=follow_links)
    for path in paths:
        if path is None:
            yield from named.take()
            yield PAUSE
            continue
        folder, name = named.split(path)
        if named.is_complete(folder, name):
            yield from named.take()
        if named.add(folder, name):
            yield from named.take()
            yield from walker.walk(os.path.join(folder, name))
    yield from named.take()


class _Named:
    """The listing of named paths that is under way, and what is known of the folder they share."""

    def __init__(self, own: OwnFiles, *, recursive: bool, follow_links: bool) -> None:
        self._own = own
        self._recursive = recursive
        self._follow_links = follow_links
        self._head: bytes | None = None
        self._folder_of_head = b""
        self._listing = Listing(b"", named=True)
        self._names: set[bytes] = set()
        self._since = 0.0
        self._database = own.files()
        self._judged_folder: bytes | None = None
        self._claim: str | None = None

    def split(self, path: bytes) -> tuple[bytes, bytes]:
        """Return the absolute folder and the name of a path, without asking the system each time."""
        head, slash, name = path.rpartition(b"/")
        if name in _NO_NAMES or b".." in head:
            return os.path.split(absolute(path))
        if self._head != head + slash:
            self._head, self._folder_of_head = head + slash, os.path.dirname(absolute(path))
        return self._folder_of_head, name

    def is_complete(self, folder: bytes, name: bytes) -> bool:
        """Tell whether this path has to start another listing."""
        return bool(self._names) and (
            folder != self._listing.folder
            or name in self._names
            or len(self._names) >= _TOGETHER
            or time.monotonic() - self._since > _SECONDS
        )

    def take(self) -> Iterator[Listing]:
        """Yield the listing, if there is anything in it, and start another one."""
        if self._names:
            self._names = set()
            yield self._listing

    def add(self, folder: bytes, name: bytes) -> bool:
        """Take in a path; return True if it is a folder instead, which is to be walked."""
        if not self._names:
            self._listing = Listing(folder, named=True)
            self._since = time.monotonic()
            self._database = self._own.files()
        path = os.path.join(folder, name)
        try:
            found = self._judge(folder, path)
        except OSError as error:
            found = _verdict(path, FoundKind.FAILED, why(error))
        if found is None:
            return True
        self._names.add(name)
        if isinstance(found, Candidate):
            self._listing.others.append(found)
        else:
            self._listing.files.append((name, found))
        return False

    def _judge(self, folder: bytes, path: bytes) -> os.stat_result | Candidate | None:
        """Return the status of a file, None for a folder that is to be walked. Raises OSError."""
        status = stat_path(path)
        if stat.S_ISLNK(status.st_mode):
            return self._judge_link(path)
        if stat.S_ISDIR(status.st_mode):
            return self._judge_content(path, status, self._own.claim(path, status))
        if folder != self._judged_folder:
            claim = self._own.claim(folder, stat_path(folder, follow_symlinks=True))
            self._judged_folder, self._claim = folder, claim
        return self._judge_content(path, status, OURS if self._own.is_own(status) else self._claim)

    def _judge_link(self, path: bytes) -> os.stat_result | Candidate | None:
        try:
            target = stat_path(path, follow_symlinks=True)
        except OSError as error:
            if self._follow_links:
                return _verdict(path, *why_unreachable(error))
            return _verdict(path, FoundKind.SKIPPED, _LINK)
        is_folder = stat.S_ISDIR(target.st_mode)
        if is_folder and self._own.moving:
            return _verdict(path, FoundKind.SKIPPED, _LINK, "move out of the folder that it points to")
        if self._follow_links or is_folder:  # To a folder the user's word is enough.
            return self._judge_content(path, target, self._own.claim_on_target(path, target))
        hint = "add the file that it points to" if stat.S_ISREG(target.st_mode) else None
        return _verdict(path, FoundKind.SKIPPED, _LINK, hint)

    def _judge_content(
        self, path: bytes, status: os.stat_result, claim: str | None
    ) -> os.stat_result | Candidate | None:
        if claim is None and identity(status) in self._database:
            claim = OURS
        if claim is not None:
            return _verdict(path, FoundKind.SKIPPED, claim)
        reason = why_not_regular(status.st_mode)
        if reason is None:
            return status
        if not stat.S_ISDIR(status.st_mode):
            return _verdict(path, FoundKind.SKIPPED, reason)
        if not self._recursive:
            return _verdict(path, FoundKind.FAILED, reason, "add what is in it with -r")
        return None


def _verdict(path: bytes, kind: FoundKind, reason: str, hint: str | None = None) -> Candidate:
    return Candidate(path, kind, reason, hint, named=True)
