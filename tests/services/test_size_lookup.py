"""Sizes of very many objects are looked up beside other work, and are what asking one by one gives."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.errors import NoLibrary
from dam.services.file_storage import SizeLookup
from dam.services.stores import size_lookup
from dam.services.stores.local_store import LocalStore, create_store
from tests.core.test_executor import children_of

BATCH = 300


@pytest.fixture(autouse=True)
def a_process_from_the_first_question_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_lookup, "_AT_ONCE", 0)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return create_store(str(tmp_path / "store"), "9f3c8a6e-2f0b-4d0e-8f44-000000000001")


@pytest.fixture
def lookup(store: LocalStore) -> Iterator[SizeLookup]:
    lookup = store.size_lookup()
    yield lookup
    lookup.close()


def filled(store: LocalStore, count: int) -> list[bytes]:
    staged = [store.stage([b"%d" % number * (number % 7)]) for number in range(count)]
    return [one.digests.sha256 for one in store.publish(staged)]


def test_answers_come_in_the_order_of_the_questions(store: LocalStore, lookup: SizeLookup) -> None:
    digests = filled(store, 2 * BATCH)
    questions = [digests[:BATCH], [], [os.urandom(32), *digests[-5:]], digests[BATCH:]]
    for question in questions:
        lookup.ask(question)

    assert children_of(os.getpid())
    assert [lookup.answer() for _ in questions] == [store.sizes(question) for question in questions]


def test_what_is_no_regular_file_is_missing(store: LocalStore, lookup: SizeLookup) -> None:
    digest, other = filled(store, 9)[1:3]
    name = digest.hex()
    path = Path(store.root, "objects", name[:2], name[2:4], name)
    path.unlink()
    path.mkdir()
    lookup.ask([digest, other])

    assert lookup.answer() == [None, store.size(other)]


def test_more_questions_than_a_pipe_holds_are_answered_all_the_same(
    store: LocalStore, lookup: SizeLookup
) -> None:
    digests = filled(store, 20) * 100
    for _ in range(30):
        lookup.ask(digests)

    assert [lookup.answer() for _ in range(30)] == [store.sizes(digests)] * 30


def test_that_the_process_dies_changes_no_answer(store: LocalStore, lookup: SizeLookup) -> None:
    digests = filled(store, BATCH)
    lookup.ask(digests)
    assert lookup.answer() == store.sizes(digests)
    for pid in children_of(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    for _ in range(6):
        lookup.ask(digests)

    assert [lookup.answer() for _ in range(6)] == [store.sizes(digests)] * 6


def test_a_store_that_is_gone_is_not_one_that_has_lost_everything(
    store: LocalStore, lookup: SizeLookup
) -> None:
    digests = filled(store, BATCH)
    lookup.ask(digests)
    lookup.answer()
    shutil.rmtree(store.root)
    lookup.ask(digests)

    with pytest.raises(NoLibrary):
        lookup.answer()


def test_the_process_ends_with_the_lookup(store: LocalStore) -> None:
    before = set(children_of(os.getpid()))
    lookup = store.size_lookup()
    lookup.ask(filled(store, 3))
    assert set(children_of(os.getpid())) - before
    lookup.close()

    assert set(children_of(os.getpid())) <= before
