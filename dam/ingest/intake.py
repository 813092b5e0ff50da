"""What is still to be read, taken in one folder at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable

from dam.ingest.added import Added, Outcomes, UnchangedFiles
from dam.ingest.known import KnownPlaces, unsifted
from dam.ingest.listing import PAUSE, Listing
from dam.ingest.take import Take

_BATCH_FILES = 32
_BATCH_BYTES = 1 << 20
_OUTCOMES = 4096
"""Files whose end is known from which on it is to be told before more is taken in."""

MakeTake = Callable[[bytes, int, bool], Take]
"""Makes the job of reading a file from its path, its size, and whether the user named it."""


class Intake:
    """Turns listings into batches of jobs, and into outcomes where no reading is needed."""

    def __init__(self, listings: Iterable[Listing], known: KnownPlaces | None, make: MakeTake) -> None:
        """Read the listings as they are needed; without `known` every file is read."""
        self._sifted = known.sift_all(listings) if known else map(unsifted, listings)
        self._make = make
        self._takes: deque[Take] = deque()
        self._cost = 0
        self._outcomes: list[Outcomes] = []
        self._told = 0
        self._is_paused = False
        self.is_exhausted = False
        """Whether every folder has been listed."""
        self.ignored = 0
        """How many names were left out because of a .damignore."""

    @property
    def has_more(self) -> bool:
        """Tell whether there may be more jobs."""
        return bool(self._takes) or not self.is_exhausted

    def batch(self, *, partial: bool) -> list[Take]:
        """Return jobs that travel together: many small files, or a single large one.

        Nothing if there is none, if outcomes are to be told first, or, unless `partial`, if more are needed.
        """
        self._is_paused = False
        while not (self._is_full or self.is_exhausted or self._is_paused or self.has_to_tell):
            self._take_in()
        if not (self._is_full or self.is_exhausted or self._is_paused or partial):
            return []
        batch: list[Take] = []
        cost = 0
        while self._takes and len(batch) < _BATCH_FILES and cost < _BATCH_BYTES:
            batch.append(self._takes.popleft())
            cost += batch[-1].cost
        self._cost -= cost
        return batch

    def outcomes(self) -> list[Outcomes]:
        """Return what has come of files since the last call."""
        told, self._outcomes, self._told = self._outcomes, [], 0
        return told

    @property
    def has_to_tell(self) -> bool:
        """Tell whether there are outcomes enough to see to them first."""
        return self._told >= _OUTCOMES

    @property
    def _is_full(self) -> bool:
        return len(self._takes) >= _BATCH_FILES or self._cost >= _BATCH_BYTES

    def _take_in(self) -> None:
        sifted = next(self._sifted, None)
        if sifted is None or sifted.listing is PAUSE:
            self.is_exhausted = sifted is None
            self._is_paused = True
            return
        listing = sifted.listing
        self.ignored += listing.ignored
        if listing.others:
            self._tell([Added.of(candidate) for candidate in listing.others])
        if sifted.unchanged:
            self._tell(UnchangedFiles(listing.folder, sifted.unchanged, listing.named))
        for name, status in sifted.changed:
            self._takes.append(self._make(os.path.join(listing.folder, name), status.st_size, listing.named))
            self._cost += status.st_size

    def _tell(self, outcomes: Outcomes) -> None:
        self._outcomes.append(outcomes)
        self._told += len(outcomes)
