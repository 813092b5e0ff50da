"""Adding files: read in workers; bytes durable, then rows durable, then say so, a group at a time."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import cast

from dam.core.columns import utc_now
from dam.core.executor import Finished, InProcess, in_batches
from dam.core.run import Runner
from dam.core.visit import Result, Task
from dam.ingest.added import Added, AddStatus, Outcomes, UnchangedFiles
from dam.ingest.debts import Debts
from dam.ingest.group import Group
from dam.ingest.intake import Intake
from dam.ingest.known import KnownPlaces
from dam.ingest.listing import Listing, heeding
from dam.ingest.options import AddOptions
from dam.ingest.poison import Suspects, find_poison, is_poison
from dam.ingest.publishing import Publication, Publisher, staged_of
from dam.ingest.record import Recorded, Recorder
from dam.ingest.removal import Removal, close_places
from dam.ingest.take import Reading, Refused, Take, first_visit
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.stored_copy_component import find_stored
from dam.search.upkeep import PageUpkeep
from dam.services.file_storage import Staged, Store
from dam.services.recent_contents import RECENT
from dam.services.sources import InPlaceSource, RecentSource, StagedSource

_ASKED_TOGETHER = 8
"""Contents of which it is asked together whether they are known: a question costs half a millisecond."""
_ASKED_BYTES = 8 << 20
"""Their size from which on it is asked of fewer: workers keep them meanwhile."""
_DRAIN_SECONDS = 2.0
"""How long a run that is to stop waits for the files that are being read."""


@dataclass(frozen=True)
class Adder:
    """Adds files to a library."""

    runner: Runner
    store: Store
    recorder: Recorder
    options: AddOptions

    def add(self, listings: Iterable[Listing], until: Callable[[], bool] = lambda: False) -> "Adding":
        """Return a run that adds what can be added, and that yields what came of it once that is durable.

        When `until` returns true nothing more is read, what was read is acknowledged, and the rest is
        left as it was. Iterating raises StoreError, NoSpace or DatabaseError when the library itself
        fails: the group under way is not acknowledged then, and adding the same paths again completes it.
        """
        return Adding(self, listings, until)


class Adding:
    """One run of adding, and what is on its way in it. It can be iterated over once."""

    def __init__(self, adder: Adder, listings: Iterable[Listing], until: Callable[[], bool]) -> None:
        self._adder = adder
        self._options = adder.options
        self._runner = adder.runner
        self._channel = adder.runner.executor.channel()
        self._until = until
        self._moment = utc_now()
        """When places are closed whose files are moved: what has gone together shows it."""
        self._stop_by: float | None = None
        self._under_way = 0
        self._group = Group()
        self._removal = Removal(adder.store)
        self._publisher = Publisher(adder.store, waits=isinstance(adder.runner.executor, InProcess))
        self._publication: Publication | None = None
        """The group before, until it is recorded."""
        self._refused: list[Added] = []
        self._visiting: dict[bytes, list[Reading]] = {}
        """By digest, the files that wait for the first visit to their content."""
        self._unvisited: list[Reading] = []
        """The first file of each content of which nobody has asked yet whether the library knows it."""
        self._copies_to = adder.store if self._options.copy else None
        with self._runner.database.read() as session:
            self._poison = find_poison(session)
        # It must not know this object: what is staged would stay until the garbage collector comes.
        make = partial(_take, adder, count(1), self._poison)
        self._intake = Intake(heeding(listings, until), self._known_places(), make)

    @property
    def ignored(self) -> int:
        """Give how many names were left out so far because a `.damignore` says so."""
        return self._intake.ignored

    @property
    def is_cut_short(self) -> bool:
        """Tell whether the run was stopped before it had read everything."""
        return self._stop_by is not None and (self._intake.has_more or self._owed)

    def __iter__(self) -> Iterator[Outcomes]:
        try:
            yield from self._outcomes()
        finally:
            self._channel.close()
            self._publisher.close()
            self._discard()
            RECENT.clear()

    def _outcomes(self) -> Iterator[Outcomes]:
        debts = Debts(self._runner)
        pages = PageUpkeep(self._runner.database, self._runner.registry)
        while True:
            self._feed()
            for outcomes in self._told(self._intake.outcomes()):
                debts.pay(outcomes)
                yield outcomes
            self._receive(self._channel.finished(self._patience()))
            if self._refused:
                yield self._refused
                self._refused = []
            is_over = self._is_over()
            for added in self._committed(is_over):
                pages.recorded(len(added))
                yield added
            if is_over:
                pages.finish()
                return

    def _told(self, outcomes: Iterable[Outcomes]) -> Iterator[Outcomes]:
        """Pass on what came of paths that were not read."""
        for group in outcomes:
            if not isinstance(group, UnchangedFiles):
                self._stop_if_failed(one.status for one in group)
            yield group

    def _discard(self) -> None:
        """Let go of what was read and will not be recorded."""
        waiting = [*self._group.readings, *(r for same in self._visiting.values() for r in same)]
        if staged := staged_of(waiting):
            self._adder.store.discard(staged)

    def _known_places(self) -> KnownPlaces | None:
        if self._options.reads_everything:
            return None
        return KnownPlaces(self._runner.database, self._adder.recorder.folders, self._copies_to)

    def _feed(self) -> None:
        """Give the workers enough to do."""
        if self._stop_by is None and self._until():
            self._stop()
        while self._channel.has_room:
            takes = [] if self._stop_by else self._intake.batch(partial=not self._under_way)
            if takes:
                self._start(takes)
            if not takes or self._is_to_ask:
                for worker, visits in self._first_visits().items():
                    for batch in in_batches(visits):
                        self._start(batch, worker)
            if not takes or self._intake.has_to_tell:
                return

    def _start(self, jobs: Sequence[Take | Task], worker: int = 0) -> None:
        self._under_way += len(jobs)
        self._channel.start(jobs, worker)

    def _patience(self) -> float:
        """Return for how many seconds to wait for a result."""
        if self._stop_by is None and self._channel.has_room and self._intake.has_more:
            return 0.0
        # Not for ever: the group, or somebody who wants to stop, may be waiting.
        return max(0.0, min(self._group.seconds_left, 0.25))

    def _is_over(self) -> bool:
        if self._stop_by is not None:
            return not self._owed or time.monotonic() > self._stop_by
        return not self._owed and not self._intake.has_more

    @property
    def _owed(self) -> bool:
        """Tell whether work is under way, or waits for a worker to have room."""
        return bool(self._under_way or self._unvisited)

    def _stop(self) -> None:
        self._stop_by = time.monotonic() + _DRAIN_SECONDS

    def _receive(self, finished: Finished) -> None:
        """Sort what workers have done: into the group, or on to a first visit."""
        self._under_way -= len(finished)
        for job, result in finished:
            if isinstance(job, Task):
                self._visited(job, result)
            elif isinstance(result, Refused):
                self._refuse(cast("Take", job), result)
            else:
                self._was_read(result)

    def _was_read(self, reading: Reading) -> None:
        digest = reading.digests.sha256
        if reading.result is not None and is_poison(reading.result):
            self._poison.add(digest)
            self._group.results[digest] = reading.result
        if reading.result is not None or self._is_visited(digest):
            self._group.add(reading)
        elif digest in self._visiting:
            self._visiting[digest].append(reading)
        else:
            self._visiting[digest] = [reading]
            self._unvisited.append(reading)

    def _is_visited(self, digest: bytes) -> bool:
        """Tell whether a content will be known by the time that the group under way is recorded."""
        before = self._publication
        return digest in self._group.results or (before is not None and digest in before.group.results)

    @property
    def _is_to_ask(self) -> bool:
        """Tell whether it is worth while to ask which contents are known."""
        waiting = self._unvisited
        return (
            len(waiting) >= _ASKED_TOGETHER
            or sum(reading.digests.size for reading in waiting) >= _ASKED_BYTES
        )

    def _first_visits(self) -> dict[int, list[Task]]:
        """Return visits to what was read, by the worker that has it; what is not new needs none."""
        read, self._unvisited = self._unvisited, []
        known = self._known(read)
        for digest in known:
            for reading in self._visiting.pop(digest):
                self._group.add(reading)
        visits: dict[int, list[Task]] = defaultdict(list)
        for reading in read:
            if reading.digests.sha256 not in known:
                visits[reading.worker].append(self._first_visit(reading))
        return visits

    def _known(self, readings: Sequence[Reading]) -> set[bytes]:
        if not readings:
            return set()
        with self._runner.database.read() as session:
            return set(find_by_sha256(session, {reading.digests.sha256 for reading in readings}))

    def _first_visit(self, reading: Reading) -> Task:
        digests = reading.digests
        in_place = InPlaceSource(reading.path, digests.sha256, digests.size)
        source = StagedSource(self._adder.store, reading.staged) if reading.staged else in_place
        systems = self._runner.registry.systems
        return first_visit(reading.path, systems, self._adder.store, RecentSource(source))

    def _visited(self, task: Task, result: Result) -> None:
        digest = task.source.sha256  # type: ignore[union-attr]
        self._group.results[digest] = result
        for reading in self._visiting.pop(digest):
            self._group.add(reading)

    def _refuse(self, job: Take, refused: Refused) -> None:
        self._refused.append(Added.refused(job, refused))
        self._stop_if_failed([refused.status])

    def _stop_if_failed(self, statuses: Iterable[AddStatus]) -> None:
        if self._options.stop_on_error and self._stop_by is None and AddStatus.FAILED in statuses:
            self._stop()

    def _committed(self, is_over: bool) -> Iterator[list[Added]]:
        """Make groups durable, bytes first and rows after; yield what became of their files.

        While the bytes of one group are written, the rows of the one before are.
        """
        before = self._publication
        if self._group.is_due or (is_over and self._group.readings):
            self._publication = self._publish()
        elif before is not None and (is_over or before.is_done):
            self._publication = None
        else:
            return
        if before is not None:
            yield self._record(before)
        if is_over and self._publication is not None:
            yield self._record(self._publication)

    def _publish(self) -> Publication:
        group, self._group = self._group, Group()
        readings = sorted(group.readings, key=lambda reading: reading.number)
        # Looked up before: in between, another process may record the very bytes that we publish.
        return self._publisher.publish(group, readings, self._claimed(staged_of(readings)))

    def _record(self, publication: Publication) -> list[Added]:
        healed = publication.healed()
        readings, results = publication.readings, publication.group.results
        recorded = self._runner.database.retrying(
            lambda session: self._adder.recorder.record(session, readings, results, copied=self._options.copy)
        )
        for _ in self._runner.run_on(recorded.pending):
            pass
        added = [one.with_healing() if one.sha256 in healed else one for one in recorded.added]
        return self._move(readings, added, recorded) if self._options.move else added

    def _claimed(self, staged: Sequence[Staged]) -> set[bytes]:
        """Return the digests of those that the rows say to be in the store."""
        if not staged:
            return set()
        with self._runner.database.read() as session:
            known = find_by_sha256(session, {one.digests.sha256 for one in staged})
            stored = find_stored(session, known.values()) if known else set()
        return {digest for digest, entity in known.items() if entity in stored}

    def _move(self, readings: Sequence[Reading], added: Sequence[Added], recorded: Recorded) -> list[Added]:
        """Delete the files of a group that is committed, and close their places."""
        removed = [self._removal.remove(reading) for reading in readings]
        gone = [
            (one.entity, place)
            for one, place, what in zip(added, recorded.places, removed, strict=True)
            if what.problem is None and one.entity is not None
        ]
        self._runner.database.retrying(lambda session: close_places(session, gone, self._moment))
        return [one.with_removal(what) for one, what in zip(added, removed, strict=True)]


def _take(
    adder: Adder, numbers: Iterator[int], poison: Suspects, path: bytes, size: int, named: bool
) -> Take:
    """Return the job of reading one more file."""
    return Take(
        next(numbers),
        path,
        size,
        named,
        adder.runner.registry.systems,
        derived=adder.store,
        store=adder.store if adder.options.copy else None,
        follow=adder.options.follow_links,
        poison=poison,
    )
