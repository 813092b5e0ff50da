"""A file need not be read if everything says that it is the one which was read before."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from dam.core.columns import EPOCH, utc_now
from dam.core.database import Database
from dam.ingest.discovery import listings
from dam.ingest.folders import Folders
from dam.ingest.known import KnownPlaces, entity_at
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.directory import DirectoryRow, RootRow
from dam.models.file_location_component import FileLocationComponent, LocationState
from dam.models.stored_copy_component import StoredCopyComponent
from dam.services.file_facts import FileFacts
from dam.services.stores.memory_store import MemoryStore
from tests.ingest.remembering import long_after, remember
from tests.ingest.walking import NOTHING_OF_OURS, touch


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def unread(database: Database, *paths: Path, store: MemoryStore | None = None) -> set[Path]:
    """Return the files at or under these paths that need not be read."""
    places = KnownPlaces(database, Folders(), store)
    found = list(listings(map(os.fsencode, paths), NOTHING_OF_OURS, recursive=True))
    unchanged = set()
    for listing, same, changed in places.sift_all(found):
        assert places.sift(listing) == (same, changed), "one listing is sifted as many are"
        assert sorted([one[0] for one in same] + [name for name, _ in changed]) == sorted(
            name for name, _ in listing.files
        )
        unchanged |= {Path(os.fsdecode(os.path.join(listing.folder, one[0]))) for one in same}
    return unchanged


def tree(top: Path) -> list[Path]:
    files = [top / name for name in ("a", "b", "folder/c", "folder/inner/d", "other/e")]
    touch(*files)
    for number, file in enumerate(files):
        file.write_bytes(b"%d" % number)
    return files


def test_what_did_not_change_is_told_by_name_entity_size_and_digest(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "tree/file"
    file.parent.mkdir()
    file.write_bytes(b"content")
    store = MemoryStore("memory:known", "u")
    entities = remember(database, [file], seen=long_after(), store=store)
    (digest,) = store.objects
    (listing,) = listings([os.fsencode(file.parent)], NOTHING_OF_OURS, recursive=True)
    asked: list[tuple[KnownPlaces, bytes | None]] = [
        (KnownPlaces(database, Folders(), None), None),
        (KnownPlaces(database, Folders(), None, sha256=True), digest),
        (KnownPlaces(database, Folders(), store), digest),
    ]
    for places, sha256 in asked:
        assert places.sift(listing) == ([(b"file", entities[file], 7, sha256)], [])


def test_a_known_tree_need_not_be_read_whether_walked_or_named(database: Database, tmp_path: Path) -> None:
    files = tree(tmp_path)
    assert unread(database, tmp_path) == set()
    remember(database, files, seen=long_after())
    assert unread(database, tmp_path) == set(files)
    assert unread(database, *reversed(files)) == set(files)
    (tmp_path / "new").write_bytes(b"new")
    assert unread(database, tmp_path, tmp_path / "new") == set(files)


def test_the_same_name_elsewhere_is_another_place(database: Database, tmp_path: Path) -> None:
    files = tree(tmp_path)
    remember(database, files, seen=long_after())
    (tmp_path / "folder").rename(tmp_path / "moved")
    assert unread(database, tmp_path) == {file for file in files if file.parts[-2] not in ("folder", "inner")}


def test_what_was_touched_just_before_it_was_read_is_not_trusted(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    touched = EPOCH + timedelta(microseconds=(tmp_path / "file").stat().st_ctime_ns // 1000)
    for microseconds, expected in ((1_999_999, False), (2_000_000, False), (2_000_001, True)):
        remember(database, [tmp_path / "file"], seen=touched + timedelta(microseconds=microseconds))
        assert bool(unread(database, tmp_path)) is expected, microseconds


def test_a_time_of_change_of_its_content_just_before_it_was_read_is_not_trusted_either(
    database: Database, tmp_path: Path
) -> None:
    """The other time, which no program can set, is long past here."""
    file = tmp_path / "file"
    file.write_bytes(b"x")
    modified = file.stat().st_ctime_ns // 1000 * 1000 + 3600 * 10**9
    os.utime(file, ns=(modified, modified))
    when = EPOCH + timedelta(microseconds=modified // 1000)
    for microseconds, expected in ((1_999_999, False), (2_000_000, False), (2_000_001, True)):
        remember(database, [file], seen=when + timedelta(microseconds=microseconds))
        assert bool(unread(database, tmp_path)) is expected, microseconds


@pytest.mark.parametrize("fact", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_a_file_of_which_any_one_fact_differs_is_read(database: Database, tmp_path: Path, fact: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    remember(database, [file], seen=long_after())
    assert unread(database, tmp_path) == {file}
    with database.write() as session:
        known = session.scalars(select(getattr(FileLocationComponent, fact))).one()
        session.execute(update(FileLocationComponent).values({fact: known - 1}))
    assert unread(database, tmp_path) == set()


def test_a_folder_of_thousands_is_sifted_in_parts(database: Database, tmp_path: Path) -> None:
    files = [tmp_path / f"{number:05}" for number in range(5000)]
    touch(*files)
    remember(database, files[::2], seen=long_after())
    assert unread(database, tmp_path) == set(files[::2])
    assert unread(database, *files[:700]) == set(files[:700:2])


def test_many_small_folders_take_few_statements(database: Database, tmp_path: Path) -> None:
    files = [tmp_path / f"{number:03}" / name for number in range(200) for name in "ab"]
    touch(*files)
    remember(database, files, seen=long_after())
    places = KnownPlaces(database, Folders(), None)
    found = list(listings([os.fsencode(tmp_path)], NOTHING_OF_OURS, recursive=True))
    statements: list[str] = []
    with database.read() as session:
        engine = session.connection().engine

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    assert sum(len(one.unchanged) for one in places.sift_all(found)) == 400
    assert len([one for one in statements if "file_location" in one]) == 4


def test_nothing_stays_open_while_the_caller_is_busy(database: Database, tmp_path: Path) -> None:
    files = tree(tmp_path)
    remember(database, files, seen=long_after())
    found = list(listings([os.fsencode(tmp_path)], NOTHING_OF_OURS, recursive=True))
    for _ in KnownPlaces(database, Folders(), None).sift_all(found):
        with database.read() as session:
            pool = session.connection().engine.pool
        assert pool.checkedout() == 0  # type: ignore[attr-defined]


def test_far_times_and_large_inodes_are_compared_as_they_are_kept(database: Database, tmp_path: Path) -> None:
    touch(tmp_path / "tree/file")
    remember(database, [tmp_path / "tree/file"], seen=long_after())
    (listing,) = listings([os.fsencode(tmp_path / "tree")], NOTHING_OF_OURS, recursive=True)
    ((name, status),) = listing.files
    inode = 2**64 - 3
    changed = os.stat_result(
        (status.st_mode, inode, *status[2:10]),
        {"st_mtime_ns": -(2**65), "st_ctime_ns": status.st_ctime_ns},
    )
    assert (changed.st_mtime_ns, changed.st_size) == (-(2**65), 1)
    listing.files = [(name, changed)]
    places = KnownPlaces(database, Folders(), None)
    assert places.sift(listing)[1] == listing.files
    with database.write() as session:
        facts = FileFacts.of(changed)
        session.execute(update(FileLocationComponent).values(mtime_ns=facts.mtime_ns, inode=inode))
    assert places.sift(listing)[1] == []


def test_the_entity_at_a_path_is_found(database: Database, tmp_path: Path) -> None:
    files = tree(tmp_path)
    entities = remember(database, files, seen=utc_now())
    with database.read() as session:
        for file in files:
            assert entity_at(session, os.fsencode(file)) == entities[file]
        assert entity_at(session, os.fsencode(tmp_path / "no")) is None
        assert entity_at(session, os.fsencode(tmp_path / "no/no")) is None


Edit = Callable[["Case", Path], None]


class Case:
    """A tree that is known, and what happens to it and to the library afterwards."""

    def __init__(self, database: Database, store: MemoryStore, top: Path) -> None:
        self.database = database
        self.store = store
        self.top = top

    def nothing(self, file: Path) -> None:
        pass

    def touch(self, file: Path) -> None:
        os.utime(file)

    def change_mode(self, file: Path) -> None:
        file.chmod(0o640)

    def edit(self, file: Path) -> None:
        """Keep size and modification time."""
        before = file.stat()
        file.write_bytes(file.read_bytes()[::-1])
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    def grow(self, file: Path) -> None:
        before = file.stat()
        file.write_bytes(file.read_bytes() + b"!")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    def replace(self, file: Path) -> None:
        """By a copy that has everything but the inode and the time of change."""
        shutil.copy2(file, file.with_name("copy"))
        file.with_name("copy").replace(file)

    def swap(self, file: Path) -> None:
        """Exchange it with another one."""
        other = next(one for one in sorted(self.top.rglob("*")) if one.is_file() and one != file)
        file.rename(file.with_name("aside"))
        other.rename(file)
        file.with_name("aside").rename(other)

    def close_place(self, file: Path) -> None:
        self._set(file, closed_at=utc_now(), state=LocationState.MISSING.value)

    def call_missing(self, file: Path) -> None:
        self._set(file, state=LocationState.MISSING.value)

    def read_at_once(self, file: Path) -> None:
        self._set(file, last_seen=utc_now())

    def forget_copy(self, file: Path) -> None:
        with self.database.write() as session:
            row = _row_of(session, file)
            copy = session.get(StoredCopyComponent, (row.entity_id, 1)) if row else None
            if copy:
                session.delete(copy)

    def lose_object(self, file: Path) -> None:
        digest = self._digest(file)
        if digest:
            self.store.objects.pop(digest, None)

    def cut_object(self, file: Path) -> None:
        digest = self._digest(file)
        if digest in self.store.objects:
            self.store.objects[digest] = self.store.objects[digest][:-1]

    def _digest(self, file: Path) -> bytes:
        with self.database.read() as session:
            row = _row_of(session, file)
            return _digest_of(session, row.entity_id) if row else b""

    def _set(self, file: Path, **values: object) -> None:
        with self.database.write() as session:
            row = _row_of(session, file)
            for name, value in values.items() if row else ():
                setattr(row, name, value)

    def unchanged_by_definition(self, store: MemoryStore | None) -> set[Path]:
        with self.database.read() as session:
            return {
                file
                for file in self.top.rglob("*")
                if file.is_file() and self._is_unchanged(session, file, store)
            }

    def _is_unchanged(self, session: Session, file: Path, store: MemoryStore | None) -> bool:
        row, facts = _row_of(session, file), FileFacts.of(file.lstat())
        if row is None or row.state != "present":
            return False
        if (row.size, row.mtime_ns, row.ctime_ns, row.inode) != (
            facts.size,
            facts.mtime_ns,
            facts.ctime_ns,
            facts.inode,
        ):
            return False
        touched = EPOCH + timedelta(microseconds=max(facts.mtime_ns, facts.ctime_ns) // 1000)
        if row.last_seen - touched <= timedelta(seconds=2):
            return False
        if store is None:
            return True
        copy = select(StoredCopyComponent).where(StoredCopyComponent.entity_id == row.entity_id)
        return (
            session.scalars(copy).first() is not None
            and store.size(_digest_of(session, row.entity_id)) == row.size
        )


def _digest_of(session: Session, entity: int) -> bytes:
    digest = session.scalar(
        select(ContentHashSHA256Component.digest).where(ContentHashSHA256Component.entity_id == entity)
    )
    return bytes(digest or b"")


def _row_of(session: Session, file: Path) -> FileLocationComponent | None:
    folder = Folders().of(os.fsencode(file.parent))
    return session.scalars(
        select(FileLocationComponent)
        .join(DirectoryRow, DirectoryRow.id == FileLocationComponent.directory_id)
        .join(RootRow, RootRow.id == DirectoryRow.root_id)
        .where(
            FileLocationComponent.closed_at.is_(None),
            FileLocationComponent.name == os.fsencode(file.name),
            DirectoryRow.path == folder.path,
            RootRow.path == folder.root.path,
        )
    ).first()


EDITS = (
    Case.nothing,
    Case.touch,
    Case.change_mode,
    Case.edit,
    Case.grow,
    Case.replace,
    Case.swap,
    Case.close_place,
    Case.call_missing,
    Case.read_at_once,
    Case.forget_copy,
    Case.lose_object,
    Case.cut_object,
)


def test_it_is_as_defined_whatever_was_done_to_the_tree_or_the_library(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = st.integers(0, 4)

    @settings(max_examples=60)
    @given(edits=st.lists(st.tuples(st.sampled_from(EDITS), files), max_size=6))
    def check(edits: list[tuple[Edit, int]]) -> None:
        case = Case(database, MemoryStore("memory:case", "u"), tmp_path_factory.mktemp("case"))
        known = tree(case.top)
        remember(database, known, seen=long_after(), store=case.store)
        for edit, number in edits:
            edit(case, known[number])
        for store in (None, case.store):
            expected = case.unchanged_by_definition(store)
            assert unread(database, case.top, store=store) == expected
            assert unread(database, *known, store=store) == expected

    check()
