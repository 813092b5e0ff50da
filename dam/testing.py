# ruff: noqa: S101  these are assertions of tests
"""Contracts that every store and kind has to keep, for plugins, too.

Subclass one in your tests, override what it asks for, and pytest runs every law on yours; with
`pytest.register_assert_rewrite("dam.testing")` before the import it also explains what broke. Nothing
in dam imports this module.
"""

import hashlib
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import pytest

from dam.core.component import Kind
from dam.core.ledger import Outcome
from dam.core.recognition import FileExtensionComponent, extension_of
from dam.core.system import System
from dam.core.visit import Result, Task, visit
from dam.errors import IntegrityError, SourceError
from dam.plugins import installed
from dam.services.file_storage import Published, Staged, Store, create_store, open_store
from dam.services.sources import HeldSource

NOTHING_HAS_THIS = hashlib.sha256(b"nothing has this content").digest()


class StoreContract:
    """The laws of `dam.services.file_storage.Store`.

    Override the fixture `store`, to give a new and empty store that is made anew for each test, and
    `damage`, to cut the last byte off an original behind the store's back::

        class TestMyStore(StoreContract):
            @pytest.fixture
            def store(self) -> Store:
                return create_store("mine://...", str(uuid4()))

            def damage(self, store: Store, sha256: bytes) -> None: ...
    """

    @pytest.fixture
    def store(self) -> Store:
        """Give a new, empty store. Override it."""
        raise NotImplementedError("override the fixture `store`")

    def damage(self, store: Store, sha256: bytes) -> None:
        """Cut the last byte off an original. Override it."""
        raise NotImplementedError("override `damage`")

    def test_what_was_put_comes_back(self, store: Store) -> None:
        """A round trip keeps every byte, and the name is the digest."""
        published = put(store, [b"one ", b"", b"two"])
        assert published.digests.sha256 == hashlib.sha256(b"one two").digest()
        assert published.digests.md5 == hashlib.md5(b"one two", usedforsecurity=False).digest()
        assert published.digests.size == store.size(published.digests.sha256) == len(b"one two")
        assert fetch(store, published.digests.sha256) == b"one two"

    def test_nothing_at_all_is_content_too(self, store: Store) -> None:
        """A file of 0 bytes is stored like any other."""
        published = put(store, [])
        assert published.created
        assert fetch(store, published.digests.sha256) == b""

    def test_the_second_time_it_is_there_already(self, store: Store) -> None:
        """Putting twice is putting once."""
        first, second = put(store, [b"same"]), put(store, [b"sa", b"me"])
        assert (first.created, second.created, second.healed) == (True, False, False)
        assert first.digests == second.digests

    def test_the_same_twice_in_a_group_is_stored_once(self, store: Store) -> None:
        """Published answers for each of a group, in its order."""
        group = [store.stage([data]) for data in (b"a", b"b", b"a")]
        published = store.publish(group)
        assert [one.digests for one in published] == [one.digests for one in group]
        assert [one.created for one in published] == [True, True, False]

    def test_an_empty_group_publishes_nothing(self, store: Store) -> None:
        """No files, no answers."""
        assert store.publish([]) == []

    def test_staged_bytes_are_not_there_before_they_are_published(self, store: Store) -> None:
        """Staging gives no lasting name."""
        staged = store.stage([b"not yet"])
        assert store.size(staged.digests.sha256) is None
        store.discard([staged])
        assert store.size(staged.digests.sha256) is None

    def test_discarding_twice_does_nothing(self, store: Store) -> None:
        """Clean-up code may be careless."""
        staged = store.stage([b"x"])
        store.discard([staged])
        store.discard([staged])

    def test_what_was_discarded_cannot_be_published(self, store: Store) -> None:
        """A ticket is good for one use."""
        staged = store.stage([b"x"])
        store.discard([staged])
        with pytest.raises(ValueError, match="discarded before"):
            store.publish([staged])

    def test_what_was_published_cannot_be_published_again(self, store: Store) -> None:
        """Nor is anything done about the rest of the group."""
        spent, fresh = store.stage([b"x"]), store.stage([b"y"])
        store.publish([spent])
        store.discard([spent])
        with pytest.raises(ValueError, match="discarded before"):
            store.publish([fresh, spent])
        assert store.size(fresh.digests.sha256) is None
        assert fetch(store, spent.digests.sha256) == b"x"
        assert store.publish([fresh])[0].created

    def test_one_ticket_does_not_count_twice(self, store: Store) -> None:
        """Two files with the same bytes have two tickets."""
        staged = store.stage([b"x"])
        with pytest.raises(ValueError, match="discarded before"):
            store.publish([staged, staged])

    def test_staged_bytes_can_be_read_before_they_are_published(self, store: Store) -> None:
        """Whoever decodes them need not wait."""
        staged = store.stage([b"one ", b"two"])
        with store.open_staged(staged) as one, store.open_staged(staged) as other:
            assert one.read() == b"one two"
            other.seek(4)
            assert other.read() == b"two"
        store.publish([staged])
        with pytest.raises(ValueError, match="published or discarded before"):
            store.open_staged(staged)

    def test_a_group_may_be_large(self, store: Store) -> None:
        """Hundreds of files, a third of which are there already."""
        for start in (0, 200):
            group = [store.stage([b"%d" % number]) for number in range(start, start + 300)]
            published = store.publish(group)
            assert [one.created for one in published] == [
                n >= 300 or not start for n in range(start, start + 300)
            ]
            for one in published:
                assert hashlib.sha256(fetch(store, one.digests.sha256)).digest() == one.digests.sha256

    def test_what_another_process_staged_is_published_here(self, store: Store) -> None:
        """Workers read and stage, one process publishes."""
        if not store.works_across_processes:
            return
        staged, thrown_away = (stage_elsewhere(store, data) for data in (b"from a worker", b"never mind"))
        with store.open_staged(staged) as file:
            assert file.read() == b"from a worker"
        store.sweep()
        store.discard([thrown_away])
        assert store.publish([staged])[0].created
        assert fetch(store, staged.digests.sha256) == b"from a worker"
        with pytest.raises(ValueError, match="discarded before"):
            store.publish([thrown_away])

    def test_an_error_of_the_source_passes_through(self, store: Store) -> None:
        """The store neither wraps it nor keeps half a file, and goes on working."""
        error = SourceError("cannot read: x: y")

        def breaking() -> Iterator[bytes]:
            yield b"half"
            raise error

        with pytest.raises(SourceError) as caught:
            store.stage(breaking())
        assert caught.value is error
        assert store.size(hashlib.sha256(b"half").digest()) is None
        assert put(store, [b"half"]).created

    def test_what_is_missing_is_said_to_be_missing(self, store: Store) -> None:
        """Asking for the size gives None, asking for the bytes is an error."""
        assert store.size(NOTHING_HAS_THIS) is None
        with pytest.raises(IntegrityError, match="missing from the store"):
            store.open(NOTHING_HAS_THIS)

    def test_sizes_are_told_together_as_one_by_one(self, store: Store) -> None:
        """Missing and damaged ones are among them."""
        whole, damaged = (put(store, [data]).digests.sha256 for data in (b"whole", b"damaged"))
        self.damage(store, damaged)
        asked = [damaged, NOTHING_HAS_THIS, whole, damaged]
        assert store.sizes(asked) == [store.size(sha256) for sha256 in asked]
        assert store.sizes([whole]) == [len(b"whole")]
        assert store.sizes([]) == []

    def test_a_lookup_answers_in_the_order_of_the_questions(self, store: Store) -> None:
        """Several may be open at a time."""
        whole = put(store, [b"whole"]).digests.sha256
        lookup = store.size_lookup()
        for question in ([whole], [], [NOTHING_HAS_THIS, whole]):
            lookup.ask(question)
        assert [lookup.answer() for _ in range(3)] == [[5], [], [None, 5]]
        lookup.close()

    def test_a_file_from_the_store_can_be_read_twice_at_once(self, store: Store) -> None:
        """Two handles do not share a position, and both can seek."""
        sha256 = put(store, [b"0123456789"]).digests.sha256
        with store.open(sha256) as one, store.open(sha256) as other:
            assert one.read(4) == b"0123"
            assert other.read(2) == b"01"
            one.seek(8)
            assert one.read() == b"89"

    def test_a_damaged_original_is_healed_by_putting_it_again(self, store: Store) -> None:
        """Every import is a repair."""
        sha256 = put(store, [b"precious"]).digests.sha256
        self.damage(store, sha256)
        assert store.size(sha256) != len(b"precious")
        published = put(store, [b"precious"])
        assert (published.created, published.healed) == (False, True)
        assert fetch(store, sha256) == b"precious"

    def test_derived_bytes_come_back(self, store: Store) -> None:
        """Putting them twice is putting them once, and they are no originals."""
        sha256 = store.put_derived(b"preview")
        assert sha256 == store.put_derived(b"preview") == hashlib.sha256(b"preview").digest()
        file = store.open_derived(sha256)
        assert file is not None
        with file:
            assert file.read() == b"preview"
        assert store.size(sha256) is None

    def test_missing_derived_bytes_are_no_error(self, store: Store) -> None:
        """They can be made again."""
        assert store.open_derived(NOTHING_HAS_THIS) is None

    def test_its_url_leads_back_to_it(self, store: Store) -> None:
        """What is written into a configuration works."""
        sha256 = put(store, [b"x"]).digests.sha256
        assert store.url.startswith(f"{store.scheme}:")
        assert fetch(open_store(store.url, expected_uuid=store.uuid), sha256) == b"x"

    def test_a_pickled_copy_works(self, store: Store) -> None:
        """Workers get the store this way."""
        sha256 = put(store, [b"x"]).digests.sha256
        copy: Store = pickle.loads(pickle.dumps(store))  # noqa: S301  our own bytes
        assert copy.uuid == store.uuid
        assert fetch(copy, sha256) == b"x"
        assert fetch(store, put(copy, [b"from the copy"]).digests.sha256) == b"from the copy"

    def test_sweeping_leaves_alone_what_is_being_written(self, store: Store) -> None:
        """Only what dead writers left behind goes."""
        staged = store.stage([b"alive"])
        store.sweep()
        assert store.publish([staged])[0].created


def stage_elsewhere(store: Store, data: bytes) -> Staged:
    """Stage bytes with a copy of the store in a process of its own, which has ended when this returns."""
    code = "import pickle, sys; store, data = pickle.load(sys.stdin.buffer)"
    code += "; sys.stdout.buffer.write(pickle.dumps(store.stage([data])))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    worker = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code],
        input=pickle.dumps((store, data)),
        env=environment,
        capture_output=True,
        check=True,
    )
    staged: Staged = pickle.loads(worker.stdout)  # noqa: S301  our own bytes
    return staged


def put(store: Store, chunks: Iterable[bytes]) -> Published:
    """Stage and publish one file."""
    (published,) = store.publish([store.stage(chunks)])
    return published


def fetch(store: Store, sha256: bytes) -> bytes:
    """Return all bytes of one file."""
    with store.open(sha256) as file:
        return file.read()


class KindContract:
    """The laws of a media kind.

    Override `kind`, and `samples` with the module that makes its sample files: three functions `good`,
    `odd` (strange, yet to be read) and `broken`, each returning bytes by file name::

        class TestMyKind(KindContract):
            kind = MyKind
            samples = my_package.samples
    """

    kind: type[Kind]
    samples: ModuleType

    def test_good_samples_are_recognised_whatever_else_they_are_called(self) -> None:
        """Content decides; a second name takes nothing away."""
        for name, data in self.samples.good().items():
            own = extension_of(name.encode())
            recognised = self.kind.recognise(data[:65536], frozenset({own}))
            assert recognised is not None, name
            assert self.kind.recognise(data[:65536], frozenset({own, "", "txt"})) == recognised, name

    def test_what_is_of_no_kind_is_not_claimed(self) -> None:
        """Text, nothing, zeros and noise are not this kind."""
        noise = random.Random(0).randbytes(4096)  # noqa: S311 - samples, no secrets
        for data in (
            b"",
            b"just some text, nothing else\n" * 9,
            bytes(4096),
            noise,
            b"PK\x05\x06" + bytes(18),
        ):
            assert self.kind.recognise(data, frozenset({""})) is None, data[:16]

    def test_every_prefix_of_a_sample_gets_an_answer(self) -> None:
        """Recognition raises for nothing, however short."""
        for data in self.samples.good().values():
            for length in (0, 1, 2, 3, 4, 7, 8, 11, 12, 15, 16, 31, 63, 127):
                self.kind.recognise(data[:length], frozenset({""}))

    def test_no_system_fails_on_good_and_odd_samples(self) -> None:
        """They end as done, nothing or unavailable."""
        for name, data in {**self.samples.good(), **self.samples.odd()}.items():
            failed = [run for run in visit_bytes(name, data).runs if run.outcome is Outcome.FAILED]
            assert failed == [], name

    def test_broken_samples_fail_with_a_reason_and_raise_nothing(self) -> None:
        """Whatever a file holds, the visit ends; it is no such kind at all, or something failed and why."""
        for name, data in self.samples.broken().items():
            result = visit_bytes(name, data)
            failed = [run for run in result.runs if run.outcome in (Outcome.FAILED, Outcome.UNAVAILABLE)]
            assert all(run.message for run in failed), name
            assert failed or not result.products.get(self.kind), name

    def test_systems_are_pure(self) -> None:
        """The same bytes give the same components."""
        for name, data in self.samples.good().items():
            assert visit_bytes(name, data) == visit_bytes(name, data), name

    def test_systems_reach_workers(self) -> None:
        """They pickle by reference, so that a worker imports just their module."""
        systems = [system for system in installed().registry.systems if self.kind in system.inputs]
        assert systems, "no system runs on this kind"
        copies: list[System[Any, Any]] = pickle.loads(pickle.dumps(systems))  # noqa: S301 - our own
        assert copies == systems


def visit_bytes(name: str, data: bytes) -> Result:
    """Run every installed system, those on demand too, on a file in no library, deriving into memory."""
    extension = extension_of(name.encode())
    systems = installed().registry.systems
    return visit(
        Task(
            entity_id=0,
            systems=systems,
            selected=frozenset(system.name for system in systems),
            rows={FileExtensionComponent: [{"extension": extension}]},
            source=HeldSource(data),
            derived=create_store("memory:visit-bytes", "0" * 32),
        )
    )
