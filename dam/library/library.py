"""The Library: everything the command line does, for other people's Python too."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.census import Problem, count_entities, count_systems, problems
from dam.core.config import Settings, load_settings
from dam.core.content import Source
from dam.core.database import Database
from dam.core.description import Description, describe_entity
from dam.core.executor import Executor, InProcess
from dam.core.ledger import Outcome
from dam.core.registry import Registry
from dam.core.run import Runner
from dam.core.system import System
from dam.core.visit import Result
from dam.core.worker import WorkerLimits
from dam.core.worker_pool import make_executor
from dam.core.world import World
from dam.errors import NoLibrary, SourceError, UsageError
from dam.ingest.add import Adder, Adding
from dam.ingest.added import Added
from dam.ingest.discovery import listings
from dam.ingest.dry_run import DryRun
from dam.ingest.folders import absolute
from dam.ingest.known import entity_at
from dam.ingest.listing import Listing
from dam.ingest.options import AddOptions
from dam.ingest.own_files import OwnFiles
from dam.ingest.reading import preview_of, verified_chunks
from dam.ingest.record import Recorder
from dam.ingest.sources import close_altered, find_sources
from dam.library.set_up import set_up
from dam.library.status import Status
from dam.migrations.state import require_current
from dam.models.asset import Asset, describe_assets
from dam.models.content_hash_md5_component import find_by_md5
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.holdings import count_holdings
from dam.models.stored_copy_component import StoreRow
from dam.plugins import installed
from dam.scan.record import ScanRecorder
from dam.scan.scan import Scan
from dam.search.image_query import ImageQuery, read_image_query
from dam.search.similar_images import SimilarImages, Thresholds, find_similar_images
from dam.search.upkeep import PageUpkeep
from dam.services.file_storage import Store, open_store
from dam.services.source_file import digest_file

_AT_ONCE = 500
"""Entities in one statement: databases take no endless list of parameters."""


class Library:
    """A library that is open: its database, its store, and what can be done with them.

    Use it in a `with` block. Methods that write own their transactions; through `world` the caller does.
    """

    def __init__(self, settings: Settings, database: Database, registry: Registry) -> None:
        self.settings = settings
        self.database = database
        self.registry = registry
        self._executor: Executor | None = None

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

    def add(
        self,
        paths: Iterable[bytes],
        *,
        recursive: bool = False,
        copy: bool = True,
        move: bool = False,
        dry_run: bool = False,
    ) -> Iterator[Added]:
        """Add files, and yield what came of every path once that is durable.

        `copy=False` registers the files where they are; `move` deletes them once their copies were
        verified. A dry run writes nothing. A bad file is one `skipped` or `failed` outcome; raises
        StoreError, NoSpace and DatabaseError when the library itself fails, and adding the same paths
        again goes on from there. `add_in_groups` has more options.
        """
        options = AddOptions(recursive=recursive, copy=copy, move=move, dry_run=dry_run)
        return (added for group in self.add_in_groups(paths, options) for added in group)

    def add_in_groups(
        self, paths: Iterable[bytes | None], options: AddOptions, until: Callable[[], bool] = lambda: False
    ) -> Adding | DryRun:
        """Return a run of adding; iterating over it yields what came of paths, many at a time.

        None among the paths says that the next one may be long in coming.

        When `until` returns true the run acknowledges what it has read and ends. Raises UsageError for
        options that contradict each other.
        """
        if options.move and not options.copy:
            raise UsageError("cannot move without copying: the only copy would be deleted")
        if options.move and options.follow_links:
            raise UsageError("cannot move what symbolic links lead to: move the files themselves")
        found = self.survey(paths, options)
        if options.dry_run:
            return DryRun(self.database, self.executor, found, self.store, options, until)
        self.store.sweep()
        recorder = Recorder(self.registry, self._store_row().id)
        # What another process stages in such a store could not be published from here.
        executor = self.executor if self.store.works_across_processes else InProcess()
        return Adder(self._runner(executor), self.store, recorder, options).add(found, until)

    def survey(self, paths: Iterable[bytes | None], options: AddOptions) -> Iterator[Listing]:
        """Yield what paths mean, a folder at a time, without reading any file."""
        return listings(
            paths,
            self._own_files(),
            recursive=options.recursive,
            follow_links=options.follow_links,
            ignore=options.ignore,
        )

    def scan(self, paths: Sequence[bytes] = (), *, dry_run: bool = False) -> Scan:
        """Compare the known places of this host with the disk, all or those at and below some paths.

        Yields each place with what came of it, once that is written; a dry run writes nothing. What lies
        on a file system that is not there is offline, never missing. The files are only read.
        """
        recorder = ScanRecorder(self.database, self.registry, self.run_on, dry_run=dry_run)
        return Scan(self.database, recorder, self._own_files(), paths)

    def run(
        self, *systems: System[..., Any], retry_failed: bool = False, executor: Executor | None = None
    ) -> Iterator[Result]:
        """Bring derived components up to date, of these systems or of all; yield what was written."""
        pages = PageUpkeep(self.database, self.registry)
        for result in self._runner(executor or self.executor).run(systems or None, retry_failed=retry_failed):
            pages.recorded(1)
            yield result
        pages.finish()

    def run_on(self, entities: Iterable[int]) -> Iterator[Result]:
        """Run whatever is pending on just these entities; yield what was written."""
        return self._runner(self.executor).run_on(entities)

    def assets(self, entities: Sequence[int]) -> list[Asset]:
        """Return these entities with their identity, type, size and places, in the order given."""
        with self.database.read() as session:
            return [
                asset
                for start in range(0, len(entities), _AT_ONCE)
                for asset in describe_assets(session, self.registry.kinds, entities[start : start + _AT_ONCE])
            ]

    def describe(self, entity: int) -> Description:
        """Return every component of an entity and what came of every system on it."""
        with self.database.read() as session:
            return describe_entity(session, self.registry, entity)

    def status(self) -> Status:
        """Return how much the library holds, and how every system stands."""
        with self.database.read() as session:
            return Status(
                count_entities(session), count_holdings(session), count_systems(session, self.registry)
            )

    def failures(self) -> list[Problem]:
        """Return every system that failed on an entity, with the reason."""
        with self.database.read() as session:
            return list(problems(session, self.registry, Outcome.FAILED))

    def find_by_path(self, path: bytes) -> list[int]:
        """Return the entity last seen at a path, or else the one that has the content of the file there."""
        if not path:
            return []
        whole = absolute(path)
        with self.database.read() as session:
            known = entity_at(session, whole)
        if known is not None:
            return [known]
        try:
            return self.find_by_digest(sha256=digest_file(whole).sha256)
        except SourceError:
            return []

    def find_by_digest(self, *, sha256: bytes | None = None, md5: bytes | None = None) -> list[int]:
        """Return the entities with this digest; by MD5 there may be several."""
        with self.database.read() as session:
            if sha256 is not None:
                return list(find_by_sha256(session, [sha256]).values())
            return list(find_by_md5(session, md5)) if md5 is not None else []

    def read(self, entity: int) -> Iterator[bytes]:
        """Yield an entity's bytes.

        Raises NothingFound for an entity without bytes, SourceUnreachable if they are out of reach,
        and IntegrityError, at the latest after the last chunk, if they are not what they must be.
        """
        return verified_chunks(self.database, lambda: self.store, entity)

    def preview(self, entity: int) -> bytes | None:
        """Return an entity's preview, made again if it was lost; None if it has none."""
        found = preview_of(self.database, self.store, entity)
        if found is not None and found.data:
            return found.data
        if found is not None:
            self._forget_preview(entity)
        # It may also never have been tried, or not since it was lost.
        if not any(result.runs for result in self.run_on([entity])):
            return None
        made = preview_of(self.database, self.store, entity)
        return made.data if made else None

    def similar_images(self, image: ImageQuery, thresholds: Thresholds | None = None) -> SimilarImages:
        """Return the images that resemble one, best first; the very same content is left out."""
        with self.database.read() as session:
            itself = find_by_sha256(session, [image.digests.sha256]).get(image.digests.sha256)
            return find_similar_images(
                session, image.fingerprints, thresholds or Thresholds(), besides=itself
            )

    def read_image(self, path: bytes) -> ImageQuery:
        """Fingerprint a picture for `similar_images`, writing nothing; raises UsageError if it is none."""
        return read_image_query(self.registry, self.executor, path)

    def _own_files(self) -> OwnFiles:
        sqlite = self.database.sqlite_path
        # SQLite keeps its log beside the file itself, not beside a link to it.
        return OwnFiles(self.store.identity(), os.path.realpath(os.fsencode(sqlite)) if sqlite else None)

    def _forget_preview(self, entity: int) -> None:
        from dam.models.image.preview_component import PreviewComponent

        with self.world() as world:
            world.remove(entity, PreviewComponent)

    def _runner(self, executor: Executor) -> Runner:
        return Runner(
            self.database,
            self.registry,
            executor,
            self._sources,
            derived=self.store,
            on_altered=close_altered,
        )

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
