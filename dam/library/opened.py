"""A library that is open: its settings, database, store and workers."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.config import ENV_FILE, Settings, load_settings
from dam.core.content import Source
from dam.core.database import Database
from dam.core.executor import Executor
from dam.core.registry import Registry
from dam.core.run import Runner
from dam.core.worker import WorkerLimits
from dam.core.worker_pool import make_executor
from dam.core.world import World
from dam.errors import NoLibrary
from dam.ingest.expand import Expander
from dam.ingest.expansion_limits import ExpansionLimits
from dam.ingest.member_record import MemberRecorder
from dam.ingest.own_files import OwnFiles, identity_at
from dam.ingest.sources import close_altered, find_sources
from dam.library.set_up import set_up
from dam.migrations.state import require_current
from dam.models.stored_copy_component import StoreRow
from dam.plugins import installed
from dam.services.file_storage import Store, open_store


class OpenLibrary:
    """What every use of a library needs; open and closed by a `with` block."""

    def __init__(self, settings: Settings, database: Database, registry: Registry) -> None:
        self.settings = settings
        self.database = database
        self.registry = registry
        self._executor: Executor | None = None
        self._settings_file = identity_at(os.fsencode(ENV_FILE))

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """Open the library of these settings, by default of the environment and `.env`.

        Raises NoLibrary if there is none and SchemaError if its schema is not this program's. The
        store is opened when it is first needed.
        """
        chosen = settings or load_settings()
        database = Database(chosen.database_url, busy_timeout=chosen.busy_timeout)
        what = installed()
        try:
            with database.read() as session:
                require_current(session.connection(), database.name, what.plugins)
        except BaseException:
            database.close()
            raise
        return cls(chosen, database, what.registry)

    @classmethod
    def set_up(cls, settings: Settings | None = None) -> bool:
        """Create the database and the store, or upgrade them; tell whether that changed anything.

        Nothing is ever dropped. Raises NoLibrary if the database knows bytes in a store that is not
        there: an unmounted disk must not be taken for an empty one.
        """
        return set_up(settings or load_settings())

    def close(self) -> None:
        """Stop the workers and close the connections."""
        if self._executor is not None:
            self._executor.__exit__(None, None, None)
            self._executor = None
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @cached_property
    def store(self) -> Store:
        """Give the library's store; raises NoLibrary if it is not there or is another one."""
        return open_store(self.settings.store, expected_uuid=self._store_row().uuid)

    @property
    def executor(self) -> Executor:
        """Give the workers; they start with the first visit."""
        if self._executor is None:
            limits = WorkerLimits(seconds=self.settings.visit_timeout, memory=self.settings.worker_memory)
            self._executor = make_executor(self.settings.workers, limits).__enter__()
        return self._executor

    def at_work(self) -> list[str]:
        """Tell in words what the workers are at right now; any thread may ask."""
        return self._executor.at_work() if self._executor else []

    @contextmanager
    def world(self, *, write: bool = True) -> Iterator[World]:
        """Give a world for one transaction, committed at the end, rolled back on an error."""
        opened: AbstractContextManager[Session] = self.database.write() if write else self.database.read()
        with opened as session:
            yield World(session, self.registry)

    def _own_files(self, *, moving: bool = False) -> OwnFiles:
        sqlite = self.database.sqlite_path
        # SQLite keeps its log beside the file itself, not beside a link to it.
        database = os.path.realpath(os.fsencode(sqlite)) if sqlite else None
        return OwnFiles(self.store.identity(), database, settings=self._settings_file, moving=moving)

    def _runner(self, executor: Executor) -> Runner:
        return Runner(
            self.database,
            self.registry,
            executor,
            self._sources,
            derived=self.store,
            on_altered=close_altered,
        )

    def _expander(self, runner: Runner, *, copies: bool = False) -> Expander:
        recorder = MemberRecorder(self.registry, self._store_row().id)
        return Expander(runner, self.store, recorder, ExpansionLimits.of(self.settings), copies)

    def _sources(self, session: Session, entities: Sequence[int]) -> dict[int, Source]:
        return find_sources(session, self.store, entities)

    def _store_row(self) -> StoreRow:
        with self.database.read() as session:
            row = session.scalars(select(StoreRow).order_by(StoreRow.id)).first()
        if row is None:
            raise NoLibrary(
                f"no library here: {self.database.name}: it knows no store",
                hint="finish making it with: dam-cli setup-db",
            )
        return row
