"""Directories and roots: each stored once, whoever adds them and however they are spelt."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from dam.core.database import Database
from dam.models.directory import DirectoryRow, Folder, Root, RootRow, find_directories, get_or_add_directories
from tests.core.sessions import count

DISK, OTHER_DISK = Root("host", "1", b"/mnt"), Root("host", "2", b"/mnt")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


def test_a_directory_is_stored_once(database: Database) -> None:
    wanted = [Folder(DISK, b"a"), Folder(DISK, b"a/b"), Folder(DISK, b"")]
    with database.write() as session:
        first = get_or_add_directories(session, wanted)
    with database.write() as session:
        again = get_or_add_directories(session, [*wanted, Folder(DISK, b"c")])
    assert again.items() > first.items()
    assert (count(database, RootRow), count(database, DirectoryRow)) == (1, 4)


def test_another_disk_at_the_same_mount_point_is_another_root(database: Database) -> None:
    with database.write() as session:
        found = get_or_add_directories(session, [Folder(DISK, b"a"), Folder(OTHER_DISK, b"a")])
    assert len(set(found.values())) == 2
    assert count(database, RootRow) == 2


def test_names_that_only_look_alike_are_different(database: Database) -> None:
    spellings = ["é".encode(), "e\u0301".encode(), b"\xe9", b"E", b"e", b"e ", b"e\n", b""]
    folders = [Folder(DISK, spelling) for spelling in spellings]
    with database.write() as session:
        assert len(set(get_or_add_directories(session, folders).values())) == len(spellings)


def test_looking_adds_nothing(database: Database) -> None:
    with database.write() as session:
        assert find_directories(session, [Folder(DISK, b"a")]) == {}
        assert find_directories(session, []) == get_or_add_directories(session, []) == {}
    assert count(database, RootRow) == 0


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_two_that_add_the_same_directories_in_different_order_agree(database: Database) -> None:
    folders = [Folder(root, b"%d" % number) for root in (DISK, OTHER_DISK) for number in range(20)]
    meeting = threading.Barrier(3, timeout=60)

    def add(wanted: list[Folder]) -> dict[Folder, int]:
        meeting.wait()
        return database.retrying(lambda session: get_or_add_directories(session, wanted))

    with ThreadPoolExecutor(3) as threads:
        orders = [folders, folders[::-1], folders[10:] + folders[:10]]
        first, *others = [done.result() for done in [threads.submit(add, order) for order in orders]]
    assert all(other == first for other in others)
    assert (count(database, RootRow), count(database, DirectoryRow)) == (2, 40)
