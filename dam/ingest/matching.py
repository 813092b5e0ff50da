"""Files compared with what is known of their places, many folders in one statement."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.ingest.folders import Folders
from dam.ingest.listing import Listing, Unchanged
from dam.models.directory import Root, directory_digest, find_root
from dam.models.settled_places import SettledPlace, SettledPlaces
from dam.services.file_facts import FileFacts

_FOLDERS = 64
"""So many folders make one statement at most."""
_LARGE = 512
"""A folder with more files has a statement of its own, for just the names at hand."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The files of a listing that are looked for, and what was found of them."""

    listing: Listing
    digest: bytes
    statuses: Mapping[bytes, os.stat_result]
    found: dict[bytes, Unchanged]


class PlaceMatcher:
    """Finds the files that are as the rows say: known there, with the same size, times and inode.

    With `stored` a store must have their bytes, by the rows; with `sha256` that is looked up.
    """

    def __init__(self, folders: Folders, *, stored: bool, sha256: bool) -> None:
        self._folders = folders
        self._stored = stored
        self._sha256 = sha256
        self._roots: dict[Root, int] = {}

    def match(self, session: Session, listings: Sequence[Listing]) -> list[dict[bytes, Unchanged]]:
        """Return, of each listing, the unchanged files by name."""
        found: list[dict[bytes, Unchanged]] = [{} for _ in listings]
        by_root: dict[Root, list[_Wanted]] = defaultdict(list)
        for listing, names in zip(listings, found, strict=True):
            if not listing.files:
                continue
            try:
                folder = self._folders.of(listing.folder)
            except OSError:
                continue  # Reading the files will fail as well, and say why.
            digest = directory_digest(folder.path)
            by_root[folder.root].append(_Wanted(listing, digest, dict(listing.files), names))
        for root, wanted in by_root.items():
            number = self._root(session, root)
            if number is not None:
                self._match_below(SettledPlaces(session, number, self._stored, self._sha256), wanted)
        return found

    def _match_below(self, places: SettledPlaces, wanted: Sequence[_Wanted]) -> None:
        small: dict[bytes, _Wanted] = {}
        for one in wanted:
            files = one.listing.files
            if one.listing.named:
                _compare(places.named(one.digest, list(one.statuses)), {one.digest: one})
            elif len(files) > _LARGE or one.digest in small:
                _compare(places.between(one.digest, files[0][0], files[-1][0]), {one.digest: one})
            else:
                small[one.digest] = one
        for digests in batched(small, _FOLDERS):
            _compare(places.in_folders(digests), small)

    def _root(self, session: Session, root: Root) -> int | None:
        number = self._roots.get(root)
        if number is None:
            number = find_root(session, root)
            if number is not None:
                self._roots[root] = number
        return number


def _compare(rows: Iterable[SettledPlace], wanted: Mapping[bytes, _Wanted]) -> None:
    """Note the files that are as the rows say. This loop is what an unchanged file costs."""
    for digest, name, entity, sha256, size, mtime_ns, ctime_ns, inode in rows:
        one = wanted[digest]
        status = one.statuses.get(name)
        if status is None or size != status.st_size:
            continue
        if (
            mtime_ns == status.st_mtime_ns and ctime_ns == status.st_ctime_ns and inode == status.st_ino
        ) or _is_same_in_reach(status, mtime_ns, ctime_ns, inode):
            one.found[name] = (name, entity, size, sha256)


def _is_same_in_reach(status: os.stat_result, mtime_ns: int, ctime_ns: int, inode: int) -> bool:
    """Compare as the database keeps it: far times are cut short, and large inodes are negative."""
    facts = FileFacts.of(status)
    return (mtime_ns, ctime_ns, inode % (1 << 64)) == (facts.mtime_ns, facts.ctime_ns, facts.inode)
