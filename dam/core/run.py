"""Running systems: pending, batches, executor, record."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.content import DerivedStore, Source
from dam.core.database import Database
from dam.core.executor import Executor, run_jobs
from dam.core.pending import pending_among, pending_entities
from dam.core.registry import Registry
from dam.core.state import State, read_states, write_results
from dam.core.system import System
from dam.core.visit import Result, Task

BATCH = 256
BATCH_SECONDS = 1.0

Sources = Callable[[Session, Sequence[int]], Mapping[int, Source]]
"""Finds where entities' bytes can be read; entities whose bytes are nowhere in reach are left out."""


@dataclass(frozen=True)
class _Given:
    """What a visit was told of its entity."""

    state: State
    source: Source | None


@dataclass(frozen=True)
class Runner:
    """Brings derived components up to date."""

    database: Database
    registry: Registry
    executor: Executor
    sources: Sources
    derived: DerivedStore | None = None
    on_altered: Callable[[Session, Result, Source | None], None] = lambda session, result, source: None
    """Called with the source used when bytes turn out to be others, in the transaction of the batch."""

    def run(
        self,
        systems: Collection[System[..., Any]] | None = None,
        *,
        retry_failed: bool = False,
        batch: int = BATCH,
    ) -> Iterator[Result]:
        """Run what is pending of these systems on every entity; yield what was written.

        None means all that are not on demand. The work list is walked once, by id, so a run ends even
        while others add to the library.
        """
        return self._visit(self._walk(systems, retry_failed, batch), _names(systems), retry_failed, batch)

    def run_on(
        self,
        entity_ids: Iterable[int],
        systems: Collection[System[..., Any]] | None = None,
        *,
        batch: int = BATCH,
    ) -> Iterator[Result]:
        """Run what is pending of these systems on just these entities; yield what was written.

        None means all systems that are not on demand. Entities on which nothing is pending are left out.
        """
        chosen = sorted(set(entity_ids))
        return self._visit(self._pending_among(chosen, systems, batch), _names(systems), False, batch)

    def _pending_among(
        self, chosen: Sequence[int], systems: Collection[System[..., Any]] | None, batch: int
    ) -> Iterator[Sequence[int]]:
        named, concerned = systems is not None, self._concerned(systems)
        for some in batched(chosen, batch):
            with self.database.read() as session:
                chunk = pending_among(session, concerned, some, named=named)
            if chunk:
                yield chunk

    def _walk(
        self, systems: Collection[System[..., Any]] | None, retry_failed: bool, batch: int
    ) -> Iterator[Sequence[int]]:
        named, concerned = systems is not None, self._concerned(systems)
        last = -1
        while True:
            with self.database.read() as session:
                chunk = pending_entities(
                    session, concerned, after=last, limit=batch, named=named, retry_failed=retry_failed
                )
            if not chunk:
                return
            yield chunk
            last = chunk[-1]

    def _concerned(self, systems: Collection[System[..., Any]] | None) -> Collection[System[..., Any]]:
        return self.registry.systems if systems is None else systems

    def _visit(
        self, chunks: Iterable[Sequence[int]], selected: frozenset[str] | None, retry_failed: bool, batch: int
    ) -> Iterator[Result]:
        given: dict[int, _Given] = {}

        def tasks() -> Iterator[Task]:
            for chunk in chunks:
                with self.database.read() as session:
                    states = read_states(session, self.registry, chunk)
                    sources = self.sources(session, chunk)
                for entity_id, state in states.items():
                    given[entity_id] = _Given(state, sources.get(entity_id))
                    yield Task(
                        entity_id=entity_id,
                        systems=self.registry.systems,
                        rows=state.rows,
                        ledger=state.ledger,
                        source=sources.get(entity_id),
                        derived=self.derived,
                        selected=selected,
                        retry_failed=retry_failed,
                    )

        waiting: list[Result] = []
        since = time.monotonic()
        for _, result in run_jobs(self.executor, tasks()):
            waiting.append(result)
            if len(waiting) >= batch or time.monotonic() - since > BATCH_SECONDS:
                yield from self._record(waiting, given)
                waiting, since = [], time.monotonic()
        yield from self._record(waiting, given)

    def _record(self, results: Sequence[Result], given: dict[int, "_Given"]) -> list[Result]:
        """Write one batch in one transaction."""
        altered = [result for result in results if result.content == "altered"]

        def write(session: Session) -> list[Result]:
            for result in altered:
                self.on_altered(session, result, given[result.entity_id].source)
            told = {result.entity_id: given[result.entity_id].state for result in results}
            return write_results(session, self.registry, results, told)

        if not any(r.runs or r.products or r.forgotten or r.stale for r in results) and not altered:
            written: list[Result] = list(results)
        else:
            written = self.database.retrying(write) + altered
        for result in results:
            given.pop(result.entity_id, None)
        return written


def _names(systems: Collection[System[..., Any]] | None) -> frozenset[str] | None:
    return None if systems is None else frozenset(system.name for system in systems)
