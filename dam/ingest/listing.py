"""What a walk comes by: the files of one folder, and what is there besides."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

Unchanged = tuple[bytes, int, int, bytes | None]
"""Name, entity, size and SHA-256 of a file that need not be read. A plain tuple: there are many."""


class FoundKind(StrEnum):
    """What is said about a path."""

    FILE = "file"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A path that was named or found, and what it is."""

    path: bytes
    verdict: FoundKind
    reason: str | None = None
    """Why it was skipped or failed: "is a symbolic link", "permission denied"."""
    hint: str | None = None
    named: bool = False
    """Whether the user named this very path, as against finding it in a folder."""


@dataclass(slots=True)
class Listing:
    """What is in one folder, or consecutive paths that were named one by one and share a folder.

    A folder of very many names comes as several listings, one after the other.
    """

    folder: bytes
    """Absolute, as it was reached: symbolic links on the way are not resolved."""
    files: list[tuple[bytes, os.stat_result]] = field(default_factory=list)
    """Regular files only, and none of the library's own. Found ones are sorted by name as bytes, named
    ones come in the order of naming, each name once. Of a link that is followed, the status is that of
    the file it points to."""
    others: list[Candidate] = field(default_factory=list)
    """What is skipped or failed here, in the same order."""
    named: bool = False
    """Whether the user named these very paths."""
    ignored: int = 0
    """How many names were left out because a `.damignore` says so; of a folder, only its own name."""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to tell."""
        return not (self.files or self.others or self.ignored)


PAUSE = Listing(b"")
"""Stands between listings where the next one may be long in coming: what is at hand should not wait."""


def heeding(listings: Iterable[Listing], until: Callable[[], bool]) -> Iterator[Listing]:
    """Yield the listings, with a PAUSE after each of them from when `until` returns true.

    Many listings are sifted together and many jobs are gathered from them: nobody need wait for that.
    """
    for listing in listings:
        yield listing
        if until():
            yield PAUSE
