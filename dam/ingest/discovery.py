"""From what the user named to single files, with a verdict on everything that is none."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dam.ingest.folders import absolute
from dam.ingest.walk import OURS, FoundKind, lies_in, walk
from dam.services.deep_paths import stat_path
from dam.services.file_facts import FileFacts, why_not_regular
from dam.services.os_errors import why

Identity = frozenset[tuple[int, int]]
"""Files and folders by device and inode."""


@dataclass(frozen=True)
class Candidate:
    """A path that was named or found, and what it is."""

    path: bytes
    verdict: FoundKind
    reason: str | None = None
    hint: str | None = None
    facts: FileFacts | None = None
    named: bool = False
    """Whether the user named this very path, as against finding it in a folder."""


@dataclass(frozen=True)
class OwnFiles:
    """The library's own folders and files, which are never added to it."""

    folders: Identity
    database: bytes | None
    """Path of the SQLite file; what SQLite keeps beside it counts too."""

    def is_own_folder(self, status: os.stat_result) -> bool:
        """Tell whether a folder belongs to the store."""
        return (status.st_dev, status.st_ino) in self.folders

    def files(self) -> Identity:
        """Return the database's files that exist at this moment."""
        found = set()
        for suffix in (b"", b"-wal", b"-shm", b"-journal") if self.database else ():
            try:
                status = os.stat((self.database or b"") + suffix)
            except OSError:
                continue
            found.add((status.st_dev, status.st_ino))
        return frozenset(found)


def discover(paths: Iterable[bytes], own: OwnFiles, *, recursive: bool) -> Iterator[Candidate]:
    """Yield every file that the paths mean, and every path that is no file, in a stable order."""
    for path in paths:
        yield from _discover_one(absolute(path), own, recursive)


def _discover_one(path: bytes, own: OwnFiles, recursive: bool) -> Iterator[Candidate]:
    try:
        status = stat_path(path)
        is_own = lies_in(path, status, own.is_own_folder)
    except OSError as error:
        yield Candidate(path, FoundKind.FAILED, why(error), named=True)
        return
    if is_own:
        yield Candidate(path, FoundKind.SKIPPED, OURS, named=True)
        return
    kind = why_not_regular(status.st_mode)
    if kind is None:
        yield _file(path, FileFacts.of(status), own, named=True)
    elif not _is_folder(path, kind):
        yield Candidate(path, FoundKind.SKIPPED, kind, _hint_for(path, kind), named=True)
    elif not recursive:
        yield Candidate(path, FoundKind.FAILED, "is a folder", "add what is in it with -r", named=True)
    else:
        yield from _discover_below(path, own)


def _discover_below(folder: bytes, own: OwnFiles) -> Iterator[Candidate]:
    top = os.path.join(folder, b"")  # With the slash a link to a folder is followed: the user said so.
    for found in walk(top, skip=own.is_own_folder):
        if found.kind is FoundKind.FILE and found.facts:
            yield _file(found.path, found.facts, own, named=False)
        elif found.path == top:
            yield Candidate(folder, found.kind, found.reason, named=True)
        else:
            yield Candidate(found.path, found.kind, found.reason)


def _file(path: bytes, facts: FileFacts, own: OwnFiles, *, named: bool) -> Candidate:
    if (facts.device, facts.inode) in own.files():
        return Candidate(path, FoundKind.SKIPPED, OURS, named=named)
    return Candidate(path, FoundKind.FILE, facts=facts, named=named)


def _is_folder(path: bytes, kind: str) -> bool:
    """Tell whether a named path is a folder, also by way of a symbolic link: the user said so."""
    return kind == "is a folder" or (kind == "is a symbolic link" and os.path.isdir(path))


def _hint_for(path: bytes, kind: str) -> str | None:
    if kind == "is a symbolic link" and os.path.isfile(path):
        return "add the file that it points to"
    return None
