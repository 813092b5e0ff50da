"""A group is made durable beside other work, and what goes wrong in that is told when it is recorded."""

from collections.abc import Iterator, Sequence
from threading import Event

import pytest

from dam.core.columns import utc_now
from dam.errors import StoreError
from dam.ingest.group import Group
from dam.ingest.publishing import Publisher
from dam.ingest.take import Reading
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Published, Staged
from dam.services.stores.memory_store import MemoryStore

PATIENCE = 60


class GuardedStore(MemoryStore):
    """A store on a disk that waits until it is told to go on, or to fail."""

    def __init__(self) -> None:
        super().__init__("memory:guarded", "0" * 32)
        self.may_go_on = Event()
        self.fails = False

    def publish(self, staged: Sequence[Staged]) -> list[Published]:
        assert self.may_go_on.wait(PATIENCE)
        if self.fails:
            raise StoreError("cannot write to the store: guarded: broken")
        return super().publish(staged)


@pytest.fixture
def store() -> GuardedStore:
    return GuardedStore()


@pytest.fixture
def publisher(store: GuardedStore) -> Iterator[Publisher]:
    publisher = Publisher(store)
    yield publisher
    store.may_go_on.set()
    publisher.close()


def read(store: GuardedStore, content: bytes) -> Reading:
    staged = store.stage([content])
    facts = FileFacts(size=len(content), mtime_ns=0, ctime_ns=0, inode=1, device=1)
    return Reading(1, b"/file", False, facts, staged.digests, staged, utc_now())


def test_whoever_publishes_does_not_wait_for_the_disk(store: GuardedStore, publisher: Publisher) -> None:
    reading = read(store, b"content")
    publication = publisher.publish(Group(), [reading], claimed=())

    was_done = publication.is_done
    assert store.size(reading.digests.sha256) is None
    store.may_go_on.set()
    assert publication.healed() == set()
    assert (was_done, publication.is_done) == (False, True)
    assert store.size(reading.digests.sha256) == len(b"content")


def test_what_the_rows_claim_and_was_not_there_is_healed(store: GuardedStore, publisher: Publisher) -> None:
    lost, new = read(store, b"lost"), read(store, b"new")
    store.may_go_on.set()

    publication = publisher.publish(Group(), [lost, new], claimed={lost.digests.sha256})
    assert publication.healed() == {lost.digests.sha256}


def test_a_group_that_cannot_be_published_is_not_to_be_recorded(
    store: GuardedStore, publisher: Publisher
) -> None:
    store.fails = True
    publication = publisher.publish(Group(), [read(store, b"content")], claimed=())
    store.may_go_on.set()

    with pytest.raises(StoreError, match="broken"):
        publication.healed()


def test_closing_waits_for_what_is_being_published(store: GuardedStore, publisher: Publisher) -> None:
    reading = read(store, b"content")
    publication = publisher.publish(Group(), [reading], claimed=())
    store.may_go_on.set()
    publisher.close()

    assert publication.is_done
    assert store.size(reading.digests.sha256) == len(b"content")


def test_without_a_thread_a_failure_is_told_when_the_group_is_to_be_recorded(store: GuardedStore) -> None:
    store.may_go_on.set()
    store.fails = True
    publication = Publisher(store, waits=True).publish(Group(), [read(store, b"content")], claimed=())

    assert publication.is_done
    with pytest.raises(StoreError, match="broken"):
        publication.healed()
