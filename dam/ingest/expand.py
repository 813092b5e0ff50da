"""Expanding archives: members become entities, some at a time, each time in one transaction.

It is the coordinator's work, since systems make no entities; the archives themselves are only read by
workers. What is recorded stays: whoever goes on begins where the last transaction has ended.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.component import Entity
from dam.core.content import Source
from dam.core.executor import Channel, in_batches
from dam.core.ledger import Outcome, Run
from dam.core.path_text import show_path
from dam.core.pending import is_pending
from dam.core.run import Runner
from dam.core.visit import Result, Task
from dam.ingest.expansion_limits import ExpansionLimits
from dam.ingest.member_record import MemberRecorder, Progress, Standing, standing_of, withdraw
from dam.ingest.take import first_visit
from dam.ingest.unpack import Slice, Unpack
from dam.models.archive import ArchiveComponent
from dam.models.archive.archive_expansion_component import (
    EXPAND,
    ArchiveExpansionComponent,
    expanded_within,
    has_members_to_copy,
    was_too_deep,
)
from dam.models.archive.container import OPEN, Container
from dam.models.archive.held_members import HELD
from dam.models.archive.member_source import MemberSource
from dam.models.archive.nesting import Nesting, nesting_of
from dam.models.content_hash_sha256_component import digests_of, find_by_sha256
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.member_location_component import MemberLocationComponent
from dam.search.upkeep import PageUpkeep
from dam.services.file_storage import Store
from dam.services.sources import StagedSource


@dataclass(frozen=True)
class Expanded:
    """What came of an archive."""

    archive: int
    outcome: Outcome | None
    """None if it was not finished: out of reach, changed, or the run was stopped."""
    message: str | None = None
    new: int = 0
    """Members that the library did not have."""
    known: int = 0
    failed: int = 0
    is_damaged: bool = False
    """Whether the archive's own bytes turned out to be others than they must be."""


@dataclass(frozen=True)
class _Work:
    """An archive that is to be expanded, and all that is known of it."""

    archive: int
    name: bytes
    size: int
    """Of the outermost archive."""
    container: Container | None
    source: Source | None
    nesting: Nesting
    given: Standing
    elsewhere: tuple[int, int]
    """Members and bytes that others in the outermost archive had."""


@dataclass(frozen=True)
class Expander:
    """Expands archives of a library."""

    runner: Runner
    store: Store
    recorder: MemberRecorder
    limits: ExpansionLimits
    copies: bool = False
    """Whether members are copied into the store."""

    def pending(
        self, among: Iterable[int] | None = None, *, retry_failed: bool = False
    ) -> Iterator[list[int]]:
        """Yield archives that are to be expanded, of these entities or of all, by id."""
        if self.limits.depth == 0:
            return
        if among is not None:
            for some in batched(sorted(set(among))):
                with self.runner.database.read() as session:
                    yield self._pending(session, Entity.id.in_(some), retry_failed, moved=True)
            return
        last = -1
        while True:
            with self.runner.database.read() as session:
                chunk = self._pending(session, Entity.id > last, retry_failed)[:256]
            if not chunk:
                return
            yield chunk
            last = chunk[-1]

    def _pending(
        self, session: Session, among: ColumnElement[bool], retry_failed: bool, *, moved: bool = False
    ) -> list[int]:
        """Return archives to expand; if they may have `moved`, also those that were too deep where they were."""
        # Few entities are archives: without this every one would be looked at.
        archives = union(select(ArchiveComponent.entity_id), select(ArchiveExpansionComponent.entity_id))
        conditions = [is_pending(session, EXPAND, retry_failed=retry_failed)]
        if moved:
            conditions.append(was_too_deep())
        if self.copies:
            conditions.append(has_members_to_copy())
        statement = select(Entity.id).where(Entity.id.in_(archives), among, or_(*conditions))
        return list(session.scalars(statement.order_by(Entity.id)))

    def expand(
        self, archives: Iterable[int], until: Callable[[], bool] = lambda: False
    ) -> Iterator[Expanded]:
        """Expand archives, each followed by those in it; yield what came of each once it is written."""
        pages = PageUpkeep(self.runner.database, self.runner.registry)
        channel = self.runner.executor.channel()
        try:
            waiting = list(archives)[::-1]
            tried: set[int] = set()
            while waiting and not until():
                archive = waiting.pop()
                if archive in tried:
                    continue
                tried.add(archive)
                expanded = self._expand(archive, channel, until)
                pages.recorded(expanded.new)
                yield expanded
                waiting += self._inside(archive)[::-1]
        finally:
            channel.close()
            OPEN.close()
            HELD.clear()
            pages.finish()

    def _inside(self, archive: int) -> list[int]:
        """Return the archives in an archive that are to be expanded."""
        place = MemberLocationComponent
        with self.runner.database.read() as session:
            members = select(place.entity_id).where(place.container_id == archive)
            return self._pending(session, Entity.id.in_(members), False)

    def _expand(self, archive: int, channel: Channel, until: Callable[[], bool]) -> Expanded:
        with self.runner.database.read() as session:
            work = self._work(session, archive)
        if work.container is None and work.source is not None:
            self.runner.database.retrying(lambda session: withdraw(session, archive))
            return Expanded(archive, Outcome.NOTHING)
        if work.container is None:
            return Expanded(archive, None, "its bytes cannot be reached")
        given, progress = work.given, self._begun(work)
        expanded = Expanded(archive, None)
        if work.nesting.depth > self.limits.depth:
            refusal = _run(Outcome.FAILED, self.limits.too_deep(work.nesting.depth))
            self._record(work, given, progress, Slice(), {}, refusal)
            return Expanded(archive, refusal.outcome, refusal.message)
        while not until():
            done = self._unpack(work, work.container, progress, channel)
            if done.altered is not None:
                self._tell_altered(work, done.altered)
                return replace(expanded, message=done.altered, is_damaged=True)
            if done.unreachable is not None:
                return replace(expanded, message=done.unreachable)
            results = self._visit(work, work.container, done, channel)
            progress = _advanced(progress, done)
            run = _ended(progress, done)
            recorded = self._record(work, given, progress, done, results, run)
            if recorded is None:
                return replace(expanded, message="another process is at it")
            expanded = replace(
                expanded,
                new=expanded.new + recorded[0],
                known=expanded.known + recorded[1],
                failed=expanded.failed + len(done.failures),
            )
            if run is not None:
                return replace(expanded, outcome=run.outcome, message=run.message)
            given = Standing(progress, None)
        return expanded

    def _work(self, session: Session, archive: int) -> _Work:
        nesting = nesting_of(session, archive)
        names = select(FilePropertiesComponent).where(
            FilePropertiesComponent.entity_id.in_([archive, nesting.outermost])
        )
        properties = {row.entity_id: row for row in session.scalars(names)}
        kind = session.get(ArchiveComponent, (archive,))
        source = self.runner.sources(session, [archive]).get(archive)
        digest = digests_of(session, [archive]).get(archive)
        container = Container(source, digest, kind.media_type) if source and digest and kind else None
        if kind is None and source is None:
            raise LookupError(f"entity {archive} is no archive and has no bytes")
        return _Work(
            archive,
            bytes(properties[archive].original_name) if archive in properties else b"",
            properties[nesting.outermost].size if nesting.outermost in properties else 0,
            container,
            source,
            nesting,
            standing_of(session, archive),
            expanded_within(session, nesting.outermost, besides=archive),
        )

    def _begun(self, work: _Work) -> Progress:
        """Return how far it is: where the last transaction ended, or at the start."""
        given = work.given
        if given.is_under_way and given.progress is not None:
            return replace(given.progress, copies=given.progress.copies or self.copies)
        return Progress(EXPAND.version, work.nesting.outermost, self.copies)

    def _unpack(self, work: _Work, container: Container, progress: Progress, channel: Channel) -> Slice:
        members, unpacked = work.elsewhere
        room = self.limits.room(
            work.size, members + progress.members + progress.failures, unpacked + progress.unpacked
        )
        store = self.store if progress.copies else None
        channel.start([Unpack(container, show_path(work.name), progress.position, room, store)])
        while not (finished := channel.finished()):
            pass
        ((_, done),) = finished
        return done  # type: ignore[no-any-return]

    def _visit(self, work: _Work, container: Container, done: Slice, channel: Channel) -> dict[bytes, Result]:
        """Visit the members that are new, where they are held or, if that is as cheap, anywhere."""
        with self.runner.database.read() as session:
            known: set[bytes] = set()
            for some in batched({reading.digests.sha256 for reading in done.readings}):
                known |= set(find_by_sha256(session, some))
        tasks: dict[bytes, Task] = {}
        for reading in done.readings:
            digests = reading.digests
            if digests.sha256 in known or digests.sha256 in tasks:
                continue
            source: Source = MemberSource(container, reading.position, digests.sha256, digests.size)
            if reading.staged is not None:
                source = StagedSource(self.store, reading.staged)
            path = work.name + b"!/" + reading.path
            tasks[digests.sha256] = first_visit(path, self.runner.registry.systems, self.store, source)
        under_way = 0
        for batch in in_batches(tasks.values()):
            channel.start(batch, done.worker)
            under_way += len(batch)
        results: dict[bytes, Result] = {}
        while under_way:
            for task, result in channel.finished():
                results[task.source.sha256] = result  # type: ignore[attr-defined]
                under_way -= 1
        return results

    def _record(
        self,
        work: _Work,
        given: Standing,
        progress: Progress,
        done: Slice,
        results: dict[bytes, Result],
        run: Run | None,
    ) -> tuple[int, int] | None:
        """Publish what was copied and write everything; return how many members were new and known."""
        staged = [reading.staged for reading in done.readings if reading.staged]
        if staged:
            self.store.publish(staged)
        recorded = self.runner.database.retrying(
            lambda session: self.recorder.record(
                session, work.archive, given, progress, done.readings, results, run
            )
        )
        if recorded is None:
            return None
        for _ in self.runner.run_on(recorded.pending):
            pass
        return recorded.new, recorded.known

    def _tell_altered(self, work: _Work, why: str) -> None:
        result = Result(work.archive, content="altered", content_message=why)
        self.runner.database.retrying(lambda session: self.runner.on_altered(session, result, work.source))


def _advanced(progress: Progress, done: Slice) -> Progress:
    first = f"{show_path(done.failures[0][0])}: {done.failures[0][1]}" if done.failures else None
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
        return _run(Outcome.UNAVAILABLE, done.unavailable)
    if done.next is not None and done.ended is None:
        return None
    told = "expanded in part" if progress.members else "not expanded"
    if done.ended is not None:
        return _run(Outcome.FAILED, f"{told}: {progress.members} members, then: {done.ended}")
    if progress.failures:
        number = f"{progress.failures} of {progress.members + progress.failures} members cannot be read"
        return _run(Outcome.FAILED, f"{told}: {number}, the first is {progress.failure}")
    return _run(Outcome.DONE if progress.members else Outcome.NOTHING, None)


def _run(outcome: Outcome, message: str | None) -> Run:
    return Run(EXPAND.name, EXPAND.version, outcome, message)
