"""Walk, and look at what comes of it."""

import os
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

from dam.ingest.discovery import listings
from dam.ingest.listing import Candidate, FoundKind, Listing
from dam.ingest.own_files import DatabaseFiles, OwnFiles
from dam.ingest.walk import Walker

NOTHING_OF_OURS = OwnFiles(frozenset(), None)


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")


def walk_listings(
    top: bytes, own: OwnFiles = NOTHING_OF_OURS, *, follow_links: bool = False, ignore: bool = True
) -> Generator[Listing]:
    """Walk a folder."""
    yield from Walker(own, DatabaseFiles(own), follow_links, ignore).walk(top)


def walk(
    top: bytes, own: OwnFiles = NOTHING_OF_OURS, *, follow_links: bool = False, ignore: bool = True
) -> Iterator[Candidate]:
    """Walk a folder, name by name."""
    for listing in walk_listings(top, own, follow_links=follow_links, ignore=ignore):
        yield from candidates_of(listing)


def candidates_of(listing: Listing) -> list[Candidate]:
    """Return everything in a listing as candidates, sorted by path."""
    files = [
        Candidate(os.path.join(listing.folder, name), FoundKind.FILE, named=listing.named)
        for name, _ in listing.files
    ]
    return sorted(files + listing.others, key=lambda one: one.path)


def found_in(
    top: Path, own: OwnFiles = NOTHING_OF_OURS, *, follow_links: bool = False
) -> dict[str, tuple[str, str]]:
    """Return what a walk says, by path below `top`."""
    return _by_path(top, walk(os.fsencode(top), own, follow_links=follow_links))


def found_in_named(path: Path, own: OwnFiles = NOTHING_OF_OURS) -> dict[str, tuple[str, str]]:
    """Return what is said of a path that the user named."""
    named = listings([os.fsencode(path)], own, recursive=True)
    return _by_path(path, (one for listing in named for one in candidates_of(listing)))


def _by_path(top: Path, candidates: Iterable[Candidate]) -> dict[str, tuple[str, str]]:
    found = list(candidates)
    named = {os.path.relpath(os.fsdecode(c.path), top): (c.verdict.value, c.reason or "") for c in found}
    assert len(named) == len(found), "each name once"
    return named
