"""Expanding archives: which ones, and in which order.

It is the coordinator's work, since systems make no entities; the archives themselves are only read by
workers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dam.core.batched import batched
from dam.core.component import Entity
from dam.core.executor import Channel
from dam.core.ledger import Outcome
from dam.core.run import Runner
from dam.ingest.archive_work import read_work
from dam.ingest.expanded import Expanded
from dam.ingest.expansion import Expansion
from dam.ingest.expansion_limits import ExpansionLimits
from dam.ingest.member_record import MemberRecorder, withdraw
from dam.ingest.pending_archives import are_in, pending_archives
from dam.models.archive.container import OPEN
from dam.models.archive.held_members import HELD
from dam.models.member_location_component import containers_of
from dam.search.upkeep import PageUpkeep
from dam.services.file_storage import Store

_AT_ONCE = 256


@dataclass(frozen=True)
class Expander:
    """Expands archives of a library."""

    runner: Runner
    store: Store
    recorder: MemberRecorder
    limits: ExpansionLimits
    copies: bool = False
    """Whether members are copied into the store."""

    def pending(self, *, retry_failed: bool = False) -> Iterator[list[int]]:
        """Yield the archives that are to be expanded, by id; none at all if the limits say so."""
        last, chunk = -1, [0] if self.limits.depth else []
        while chunk:
            with self.runner.database.read() as session:
                chunk = pending_archives(
                    session,
                    Entity.id > last,
                    retry_failed=retry_failed,
                    to_copy=self.copies,
                    limit=_AT_ONCE,
                )
            if chunk:
                yield chunk
                last = chunk[-1]

    def owed(self) -> dict[int, set[int]]:
        """Return the archives that are to be expanded, by themselves and by each archive that they lie in."""
        found: dict[int, set[int]] = {}
        for archives in self.pending():
            with self.runner.database.read() as session:
                level = {archive: {archive} for archive in archives}
                while level:
                    around: dict[int, set[int]] = {}
                    for entity, owed in level.items():
                        found.setdefault(entity, set()).update(owed)
                    for entity, containers in containers_of(session, level.keys()).items():
                        for container in containers:
                            fresh = level[entity] - found.get(container, set())
                            around.setdefault(container, set()).update(fresh)
                    level = {container: owed for container, owed in around.items() if owed}
        return found

    def pending_among(self, entities: Iterable[int]) -> Iterator[list[int]]:
        """Yield the archives to be expanded among entities, also those that were too deep where they were."""
        for some in batched(sorted(set(entities))) if self.limits.depth else ():
            with self.runner.database.read() as session:
                yield pending_archives(session, Entity.id.in_(some), moved=True, to_copy=self.copies)

    def expand(
        self, archives: Iterable[int], until: Callable[[], bool] = lambda: False
    ) -> Iterator[Expanded]:
        """Expand archives, each followed by those in it; yield what came of each once it is written.

        When `until` returns true what was read is recorded, and the next run goes on from there.
        """
        pages = PageUpkeep(self.runner.database, self.runner.registry)
        channel = self.runner.executor.channel()
        waiting, tried = list(archives)[::-1], set[int]()
        try:
            while waiting and not until():
                archive = waiting.pop()
                if archive in tried:
                    continue
                tried.add(archive)
                expanded = self._expand(archive, channel, until)
                pages.recorded(expanded.new)
                yield expanded
                with self.runner.database.read() as session:
                    waiting += pending_archives(session, are_in(archive), to_copy=self.copies)[::-1]
        finally:
            channel.close()
            OPEN.close()
            HELD.clear()
            pages.finish()

    def _expand(self, archive: int, channel: Channel, until: Callable[[], bool]) -> Expanded:
        with self.runner.database.read() as session:
            work = read_work(session, self.runner.sources, archive)
        if not work.is_archive:
            self.runner.database.retrying(lambda session: withdraw(session, archive))
            return Expanded(archive, Outcome.NOTHING)
        if work.container is None:
            return Expanded(archive, None, "its bytes cannot be reached")
        expansion = Expansion(self.runner, self.store, self.recorder, self.limits, channel, work, self.copies)
        if work.nesting.depth > self.limits.depth:
            return expansion.refuse(self.limits.too_deep(work.nesting.depth))
        return expansion.run(work.container, until)
