"""Walk a folder and say something about every name in it, a folder at a time.

Nothing is followed that could lead elsewhere unless that is asked for, nothing is dropped in silence,
and neither the depth of the tree nor the length of its paths matters: one folder is open at a time, and
the names of one folder are in memory.
"""

import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from dam.ingest.ignore_rules import IGNORE_FILE, BadIgnoreFile, read_ignore_file
from dam.ingest.listing import Candidate, FoundKind, Listing
from dam.ingest.open_folder import Folder, OpenFolder
from dam.ingest.own_files import STORE, DatabaseFiles, OwnFiles, identity
from dam.services.deep_paths import open_path
from dam.services.os_errors import why

LISTING_FILES = 4096
"""A listing has no more names: what the system says about each takes half a kilobyte."""

SILENT_FOLDERS = 64
"""So many folders in a row in which there is nothing to tell give one empty listing."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks folders, as it was told to."""

    own: OwnFiles
    database: DatabaseFiles
    follow_links: bool = False
    """A link to a file is that file under the link's name, and a link to a folder is that folder."""
    ignore: bool = True
    """Obey each `.damignore` in its folder and those below, and leave the file itself out."""

    def walk(self, top: bytes) -> Iterator[Listing]:
        """Yield every file under `top`, which may be a link itself, and whatever else is there.

        The order is always the same: a folder's own names sorted as bytes, then its folders, sorted,
        too. Of very many folders in a row without files, some give an empty listing. The library's own
        folders are left out without a word. Raises nothing for what it finds: a folder that cannot be
        read is failed, and so is a `.damignore` that cannot be obeyed, whose folder is not entered then:
        what must be left out there is not known.
        """
        pending = [Folder(top, None, is_link=True)]
        silent = 0
        while pending:
            folder = pending.pop()
            inner: list[Folder] = []
            if folder.is_its_own_ancestor():
                yield _only(folder, FoundKind.SKIPPED, "is a folder that holds itself")
            else:
                for listing in self._enter(folder, inner):
                    silent = silent + 1 if listing.is_empty else 0
                    # Whoever wants the walk to stop is heeded between two listings.
                    if not silent or silent % SILENT_FOLDERS == 0:
                        yield listing
            pending.extend(reversed(inner))

    def _enter(self, folder: Folder, inner: list[Folder]) -> Iterator[Listing]:
        """Yield what is in one folder, and add the folders in it to `inner`."""
        # A link is followed if its path ends with a slash: only if the user said so.
        path = os.path.join(folder.path, b"") if folder.is_link else folder.path
        try:
            descriptor = open_path(path, _FOLDER)
        except OSError as error:
            yield _only(folder, FoundKind.FAILED, why(error))
            return
        try:
            here = identity(os.fstat(descriptor))
            if folder.identity is None:
                folder = Folder(folder.path, here)
            elif here != folder.identity:
                # Exchanged meanwhile, perhaps for a link on the way that leads out of the tree.
                yield _only(folder, FoundKind.FAILED, "was replaced while it was being walked")
                return
            if self.own.is_stores(descriptor):
                yield _only(folder, FoundKind.SKIPPED, STORE)
                return
            yield from self._names(folder, descriptor, inner)
        finally:
            os.close(descriptor)

    def _names(self, folder: Folder, descriptor: int, inner: list[Folder]) -> Iterator[Listing]:
        names, failure = _list(descriptor)
        listing = Listing(folder.path)
        if failure is not None:
            listing.others.append(_verdict_on(folder, FoundKind.FAILED, why(failure)))
        rules = folder.rules
        if self.ignore and _remove(names, IGNORE_FILE):
            try:
                rules = read_ignore_file(descriptor, rules)
            except BadIgnoreFile as error:
                listing.others.append(_unheeded(folder, str(error)))
                names = []
        ours = self.database.in_folder(folder.identity)
        opened = OpenFolder(folder, descriptor, inner, rules, self.own, ours, self.follow_links)
        for start in range(0, len(names), LISTING_FILES):
            if start:
                yield listing
                listing = Listing(folder.path)
            opened.look_at(names[start : start + LISTING_FILES], listing)
        yield listing


def _list(descriptor: int) -> tuple[list[bytes], OSError | None]:
    """Return the names in an open folder, sorted, and what kept us from reading more of them."""
    names: list[bytes] = []
    failure: OSError | None = None
    try:
        with os.scandir(descriptor) as entries:
            names.extend(os.fsencode(entry.name) for entry in entries)
    except OSError as error:
        failure = error
    names.sort()
    return names, failure


def _remove(names: list[bytes], name: bytes) -> bool:
    """Take `name` out of the sorted names; return False if it is not there."""
    index = bisect_left(names, name)
    if names[index : index + 1] != [name]:
        return False
    del names[index]
    return True


def _only(folder: Folder, verdict: FoundKind, reason: str) -> Listing:
    return Listing(folder.path, others=[_verdict_on(folder, verdict, reason)])


def _verdict_on(folder: Folder, verdict: FoundKind, reason: str) -> Candidate:
    return Candidate(folder.path, verdict, reason, named=folder.parent is None)


def _unheeded(folder: Folder, reason: str) -> Candidate:
    return Candidate(
        os.path.join(folder.path, IGNORE_FILE),
        FoundKind.FAILED,
        f"{reason}, so its folder is left out",
        hint="correct it or remove it",
    )
