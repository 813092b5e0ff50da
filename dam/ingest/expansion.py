"""Expanding one archive: some members are read, visited and recorded together, then the next ones.

What is recorded stays: whoever goes on begins where the last transaction has ended.
"""

from collections.abc import Callable
from dataclasses import replace

from dam.core.batched import batched
from dam.core.content import Source
from dam.core.executor import Channel, in_batches
from dam.core.ledger import Outcome, Run
from dam.core.path_text import show_path
from dam.core.run import Runner
from dam.core.visit import Result, Task
from dam.ingest.archive_work import ArchiveWork
from dam.ingest.expanded import Expanded
from dam.ingest.expansion_limits import ExpansionLimits
from dam.ingest.member_record import MemberRecorder, Progress, RecordedMembers, Standing
from dam.ingest.take import first_visit
from dam.ingest.unpack import Slice, Unpack
from dam.models.archive.archive_expansion_component import EXPAND
from dam.models.archive.container import Container
from dam.models.archive.member_source import MemberSource
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.member_place import INSIDE
from dam.services.file_storage import Store
from dam.services.sources import StagedSource


class Expansion:
    """An archive on its way to being expanded."""

    def __init__(
        self,
        runner: Runner,
        store: Store,
        recorder: MemberRecorder,
        limits: ExpansionLimits,
        channel: Channel,
        work: ArchiveWork,
        copies: bool,
    ) -> None:
        self._runner = runner
        self._store = store
        self._recorder = recorder
        self._limits = limits
        self._channel = channel
        self._work = work
        self._given = work.standing
        self._progress = Progress(EXPAND.version, work.nesting.outermost, copies)
        if self._given.is_under_way and self._given.progress is not None:
            self._progress = replace(self._given.progress, copies=self._given.progress.copies or copies)

    def refuse(self, why: str) -> Expanded:
        """Record that the archive is not expanded at all."""
        run = Run(EXPAND.name, EXPAND.version, Outcome.FAILED, why)
        self._record(Slice(), {}, run)
        return Expanded(self._work.archive, run.outcome, run.message)

    def run(self, container: Container, until: Callable[[], bool]) -> Expanded:
        """Expand the archive to its end, or until it is to stop or cannot be read now."""
        expanded = Expanded(self._work.archive, None)
        while not until():
            done = self._unpack(container)
            if done.altered is not None:
                self._tell_altered(done.altered)
            if done.altered or done.unreachable:
                is_damaged = done.altered is not None
                return replace(expanded, message=done.altered or done.unreachable, is_damaged=is_damaged)
            results = self._visit(container, done)
            self._progress = _advanced(self._progress, done)
            run = _ended(self._progress, done)
            recorded = self._record(done, results, run)
            if recorded is None:
                return replace(expanded, message="another process is expanding it")
            expanded = replace(
                expanded,
                new=expanded.new + recorded.new,
                known=expanded.known + recorded.known,
                failed=expanded.failed + len(done.failures),
            )
            if run is not None:
                return replace(expanded, outcome=run.outcome, message=run.message)
            self._given = Standing(self._progress, None)
        return expanded

    def _unpack(self, container: Container) -> Slice:
        """Have a worker read the next members."""
        progress = self._progress
        members, unpacked = self._work.elsewhere
        seen = members + progress.members + progress.failures
        room = self._limits.room(self._work.outermost_size, seen, unpacked + progress.unpacked)
        store = self._store if progress.copies else None
        self._channel.start([Unpack(container, show_path(self._work.name), progress.position, room, store)])
        while not (finished := self._channel.finished()):
            pass
        ((_, done),) = finished
        return done  # type: ignore[no-any-return]

    def _visit(self, container: Container, done: Slice) -> dict[bytes, Result]:
        """Have the members visited that are new, by the worker that holds them."""
        known: set[bytes] = set()
        with self._runner.database.read() as session:
            for some in batched({reading.digests.sha256 for reading in done.readings}):
                known |= set(find_by_sha256(session, some))
        tasks: dict[bytes, Task] = {}
        for reading in done.readings:
            digests = reading.digests
            if digests.sha256 in known or digests.sha256 in tasks:
                continue
            source: Source = MemberSource(container, reading.position, digests.sha256, digests.size)
            if reading.staged is not None:
                source = StagedSource(self._store, reading.staged)
            path = self._work.name + INSIDE + reading.path
            tasks[digests.sha256] = first_visit(path, self._runner.registry.systems, self._store, source)
        # What any worker can read as well is not worth waiting for.
        near = done.worker if done.is_sequential else 0
        under_way = 0
        for batch in in_batches(tasks.values()):
            self._channel.start(batch, near)
            under_way += len(batch)
        results: dict[bytes, Result] = {}
        while under_way:
            for task, result in self._channel.finished():
                results[task.source.sha256] = result  # type: ignore[attr-defined]
                under_way -= 1
        return results

    def _record(self, done: Slice, results: dict[bytes, Result], run: Run | None) -> RecordedMembers | None:
        """Publish what was copied, write everything, and run what that has made pending."""
        if staged := [reading.staged for reading in done.readings if reading.staged]:
            self._store.publish(staged)
        recorded = self._runner.database.retrying(
            lambda session: self._recorder.record(
                session, self._work.archive, self._given, self._progress, done.readings, results, run
            )
        )
        for _ in self._runner.run_on(recorded.pending if recorded else ()):
            pass
        return recorded

    def _tell_altered(self, why: str) -> None:
        result = Result(self._work.archive, content="altered", content_message=why)
        self._runner.database.retrying(
            lambda session: self._runner.on_altered(session, result, self._work.source)
        )


def _advanced(progress: Progress, done: Slice) -> Progress:
    first = ": ".join([show_path(done.failures[0][0]), done.failures[0][1]]) if done.failures else None
    return replace(
        progress,
        position=done.next if done.next is not None else progress.position,
        members=progress.members + len(done.readings),
        unpacked=progress.unpacked + done.unpacked,
        failures=progress.failures + len(done.failures),
        failure=progress.failure or first,
    )


def _ended(progress: Progress, done: Slice) -> Run | None:
    """Return what is written into the ledger, None if there is more to read."""
    if done.unavailable is not None:
        return Run(EXPAND.name, EXPAND.version, Outcome.UNAVAILABLE, done.unavailable)
    if done.next is not None and done.ended is None:
        return None
    told = f"expanded in part, {progress.members} members" if progress.members else "not expanded"
    if done.ended is not None:
        return Run(EXPAND.name, EXPAND.version, Outcome.FAILED, f"{told}: {done.ended}")
    if progress.failures:
        number = f"{progress.failures} of {progress.members + progress.failures} cannot be read"
        message = f"{told}: {number}, the first is {progress.failure}"
        return Run(EXPAND.name, EXPAND.version, Outcome.FAILED, message)
    outcome = Outcome.DONE if progress.members else Outcome.NOTHING
    return Run(EXPAND.name, EXPAND.version, outcome)
