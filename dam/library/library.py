"""The Library: everything the command line does, for other people's Python too."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dam.core.batched import batched
from dam.core.census import Problem, count_entities, count_systems, problems
from dam.core.component import Kind
from dam.core.description import Description, describe_entity
from dam.core.executor import Executor, InProcess
from dam.core.ledger import Outcome
from dam.core.path_text import AnyPath
from dam.core.system import System
from dam.core.visit import Result
from dam.duplicates.appearance import Appearance, appearance_of
from dam.duplicates.criteria import Criteria
from dam.duplicates.scope import Scope
from dam.duplicates.watch import Unwatched, Watch
from dam.errors import DamError, NotWritable, UsageError
from dam.ingest.add import Adder
from dam.ingest.add_and_expand import AddingAndExpanding
from dam.ingest.added import Added
from dam.ingest.discovery import listings
from dam.ingest.dry_run import DryRun
from dam.ingest.expanded import Expanded
from dam.ingest.listing import Listing
from dam.ingest.options import AddOptions
from dam.ingest.reading import preview_of, previews_of, verified_chunks
from dam.ingest.record import Recorder
from dam.library.by_path import find_by_path
from dam.library.documents import search_text, similar_documents
from dam.library.kind_of import kind_of, look_at
from dam.library.opened import OpenLibrary
from dam.library.relating import Answer, linked_by, relate, relate_one, unrelate
from dam.library.similar import similar_to_each
from dam.library.similar_audio import similar_audio
from dam.library.similar_video import similar_video
from dam.library.status import Status
from dam.models.asset import Asset, describe_assets, media_types_of
from dam.models.content_hash_md5_component import find_by_md5
from dam.models.content_hash_sha256_component import find_by_sha256
from dam.models.holdings import count_holdings
from dam.models.image.sidecar.facts import Said, said_of
from dam.models.relation import Evidence, Judgement, Relation, judge
from dam.models.relation_member_component import list_relations
from dam.scan.record import ScanRecorder
from dam.scan.scan import Scan
from dam.search.comparison import Thresholds
from dam.search.file_visits import Visited
from dam.search.similar_audio import SimilarAudio
from dam.search.similar_documents import SimilarDocuments
from dam.search.similar_images import SimilarImages
from dam.search.similar_video import SimilarVideo
from dam.search.text_search import FoundTexts
from dam.search.upkeep import PageUpkeep

if TYPE_CHECKING:
    from dam.duplicates.find import Duplicates
    from dam.library.resident_similarity import ResidentSimilarity


class Library(OpenLibrary):
    """A library that is open: its database, its store, and what can be done with them.

    Use it in a `with` block. Methods that write own their transactions; through `world` the caller does.
    """

    def add(
        self,
        paths: Iterable[AnyPath],
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
        groups = self.add_in_groups(map(os.fsencode, paths), options)
        return (added for group in groups for added in group)

    def add_in_groups(
        self, paths: Iterable[bytes | None], options: AddOptions, until: Callable[[], bool] = lambda: False
    ) -> AddingAndExpanding | DryRun:
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
        runner = self._runner(executor)
        adding = Adder(runner, self.store, recorder, options).add(found, until)
        return AddingAndExpanding(adding, self._expander(runner, copies=options.copy_members), until)

    def survey(self, paths: Iterable[bytes | None], options: AddOptions) -> Iterator[Listing]:
        """Yield what paths mean, a folder at a time, without reading any file."""
        return listings(
            paths,
            self._own_files(moving=options.move),
            recursive=options.recursive,
            follow_links=options.follow_links,
            ignore=options.ignore,
        )

    def scan(self, paths: Sequence[AnyPath] = (), *, dry_run: bool = False) -> Scan:
        """Compare the known places of this host with the disk, all or those at and below some paths.

        Yields each place with what came of it, once that is written; a dry run writes nothing. What lies
        on a file system that is not there is offline, never missing. The files are only read.
        """
        recorder = ScanRecorder(self.database, self.registry, self.run_on, dry_run=dry_run)
        return Scan(self.database, recorder, self._own_files(), [os.fsencode(path) for path in paths])

    def run(
        self, *systems: System[..., Any], retry_failed: bool = False, executor: Executor | None = None
    ) -> Iterator[Result]:
        """Bring derived components up to date, of these systems or of all; yield what was written.

        Systems on demand run only if they are among these.
        """
        pages = PageUpkeep(self.database, self.registry)
        for result in self._runner(executor or self.executor).run(systems or None, retry_failed=retry_failed):
            pages.recorded(1)
            yield result
        pages.finish()

    def expand(
        self, *, retry_failed: bool = False, until: Callable[[], bool] = lambda: False
    ) -> Iterator[Expanded]:
        """Expand the archives that are not expanded yet; yield what came of each once it is written.

        Adding does so by itself; archives are left over where it was stopped, or could not be done.
        """
        executor = self.executor if self.store.works_across_processes else InProcess()
        expander = self._expander(self._runner(executor))
        for archives in expander.pending(retry_failed=retry_failed):
            yield from expander.expand(archives, until)

    def run_on(
        self, entities: Iterable[int], systems: Collection[System[..., Any]] | None = None
    ) -> Iterator[Result]:
        """Run what is pending on just these entities, of these systems or of all; yield what was written.

        Systems on demand run only if they are among these. Entities on which nothing is pending are not
        yielded; what was written is in the database when it is.
        """
        return self._runner(self.executor).run_on(entities, systems)

    def assets(self, entities: Sequence[int]) -> list[Asset]:
        """Return these entities with their identity, type, size and places, in the order given."""
        with self.database.read() as session:
            return [
                asset
                for some in batched(entities)
                for asset in describe_assets(session, self.registry.kinds, some)
            ]

    def media_types(self, entities: Collection[int]) -> dict[int, str]:
        """Return the media types of these entities, as far as they are of some kind."""
        with self.database.read() as session:
            return media_types_of(session, self.registry.kinds, entities)

    def describe(self, entity: int) -> Description:
        """Return every component of an entity and what came of every system on it."""
        with self.database.read() as session:
            return describe_entity(session, self.registry, entity)

    def said_by_sidecars(self, entity: int) -> Said:
        """Return what sidecars have to do with an entity: beside which files they lie, and what they say."""
        with self.database.read() as session:
            return said_of(session, entity)

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

    def find_by_path(self, path: AnyPath) -> list[int]:
        """Return the entity last seen at a path, or else the one that has the content of the file there.

        Of a place in an archive (`outer.zip!/inner/pic.jpg`) there may be several, if it has several of
        this name.
        """
        return find_by_path(self.database, path)

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
        found = preview_of(self.database, self.registry, self.store, entity)
        if found is not None and found.data:
            return found.data
        if found is not None:
            with self.world() as world:
                world.remove(entity, found.component)
        # It may also never have been tried, or not since it was lost.
        if not any(result.runs for result in self.run_on([entity])):
            return None
        made = preview_of(self.database, self.registry, self.store, entity)
        return made.data if made else None

    def appearance(self, entity: int) -> Appearance:
        """Return how an entity looks, as far as it was measured and has a preview."""
        preview = self._preview_if_possible(entity)
        with self.database.read() as session:
            return appearance_of(session, self.registry.matchers, entity, preview)

    def similar(
        self,
        image: AnyPath | int,
        thresholds: Thresholds | None = None,
        *,
        limit: int | None = None,
        rotated: bool = False,
    ) -> SimilarImages:
        """Return the images that resemble one, best first: a file by its path, or an entity.

        Nothing is written, and the very same content is left out. An entity is compared by its stored
        hashes; only with `rotated`, which finds turned and mirrored pictures too, are its bytes read.
        Raises UsageError for what is no image or cannot be decoded, SourceError for what cannot be read.
        """
        (found,) = self.similar_to_each([image], thresholds, limit=limit, rotated=rotated)
        if isinstance(found, DamError):
            raise found
        return found

    def similar_to_each(
        self,
        images: Sequence[AnyPath | int | Visited],
        thresholds: Thresholds | None = None,
        *,
        limit: int | None = None,
        rotated: bool = False,
    ) -> list[SimilarImages | DamError]:
        """Return for each image what `similar` does, or the error: the library is read once for all."""
        return similar_to_each(self, images, thresholds or Thresholds(), limit, rotated)

    def resident_similarity(self) -> "ResidentSimilarity":
        """Return what answers as `similar` does with all fingerprints in memory, for long-lived processes."""
        from dam.library.resident_similarity import ResidentSimilarity

        return ResidentSimilarity(self)

    def look_at(self, path: bytes) -> Visited:
        """Visit a file once for all that may be asked about it; raises SourceError if it cannot be read."""
        return look_at(self, path)

    def kind_of(self, medium: bytes | int | Visited) -> type[Kind] | None:
        """Return the media kind of a file or an entity; None if it is of none. Raises as `look_at` does."""
        return kind_of(self, medium)

    def similar_audio(
        self, audio: bytes | int | Visited, bit_error: float | None = None, *, limit: int | None = None
    ) -> SimilarAudio:
        """Return the recordings that resemble one, best first: a file by its path, or an entity.

        At most so many per cent of the bits may differ where both overlap. Nothing is written, and the very
        same content is left out. Raises UsageError for what is no recording or cannot be decoded,
        SourceError for what cannot be read.
        """
        return similar_audio(self, audio, bit_error, limit)

    def similar_video(
        self, video: bytes | int | Visited, threshold: int | None = None, *, limit: int | None = None
    ) -> SimilarVideo:
        """Return the films that resemble one, best first: a file by its path, or an entity.

        Two pictures match if they differ in at most so many bits of PDQ. For the rest, as `similar_audio`.
        """
        return similar_video(self, video, threshold, limit)

    def similar_documents(
        self, document: bytes | int | Visited, shared: float | None = None, *, limit: int | None = None
    ) -> SimilarDocuments:
        """Return the documents that resemble one, best first: a file by its path, or an entity.

        At least so many per cent of the shorter text have to stand in the other one, too. Nothing is
        written, and the very same content is left out. Raises UsageError for what is no document or cannot
        be read, SourceError for what cannot be opened.
        """
        return similar_documents(self, document, shared, limit)

    def search_text(self, words: str, *, limit: int | None = None) -> FoundTexts:
        """Return the documents in whose text all these words stand, best first, with a snippet of each.

        Words in quotation marks have to stand one after another; of a word with a star behind it only the
        beginning counts. Raises UsageError for what is no such question.
        """
        return search_text(self, words, limit)

    def duplicates(
        self,
        criteria: Criteria | None = None,
        scope: Scope | None = None,
        *,
        exhaustive: bool = False,
        watch: Watch | None = None,
    ) -> "Duplicates":
        """Return a search of the library, or of a part of it against all; iterating yields its groups.

        From about 200,000 pictures on not every two are compared, unless `exhaustive` asks for it. Those
        that may have the same pixels are decoded, once and for all; nothing else is written. `extent` of
        what is returned tells at the end what was compared.
        """
        from dam.duplicates.find import Duplicates, Means
        from dam.models.image.image_pixel_hash_component import hash_pixels
        from dam.models.judgements import judged

        means = Means(
            self.database,
            self.registry,
            hash_pixels=lambda entities: self.run_on(entities, systems=[hash_pixels]),
            preview=self._preview_if_possible,
            previews=lambda entities: previews_of(self.database, lambda: self.store, entities),
            judgements=lambda session: judged(session).labels,
            watch=watch or Unwatched(),
        )
        return Duplicates(means, criteria or Criteria(), scope or Scope(), is_exhaustive=exhaustive)

    def relate(
        self, kind: str, entities: Iterable[int], target: int | None = None, note: str | None = None
    ) -> Relation:
        """Record what these entities are to each other, and return the relation, which may be an old one.

        Raises UsageError if it contradicts what is open, NothingFound if an entity is not there.
        """
        return relate_one(self.database, judge(kind, entities, target, Evidence(note=note)))

    def relate_all(self, judgements: Sequence[Judgement], *, dry_run: bool = False) -> list[Answer]:
        """Record judgements together, and return what came of each; an error costs only its own."""
        return relate(self.database, judgements, dry_run=dry_run)

    def unrelate(self, which: int | Collection[int]) -> list[Relation]:
        """Withdraw the relation of this number, or the open ones of which all these entities are members."""
        return unrelate(self.database, which)

    def linked_by(self, one: int, other: int) -> list[int]:
        """Return the open relations that make two entities duplicates, a chain of them; none if none do."""
        return linked_by(self.database, one, other)

    def relations(self, entity: int | None = None, *, withdrawn: bool = False) -> Iterator[Relation]:
        """Yield the open relations, all or those of one entity, if asked the withdrawn ones too."""
        with self.database.read() as session:
            yield from list_relations(session, entity, withdrawn=withdrawn)

    def _preview_if_possible(self, entity: int) -> bytes | None:
        """Return a preview, None also if it was lost where nothing can be written."""
        try:
            return self.preview(entity)
        except NotWritable:
            return None
