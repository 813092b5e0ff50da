"""What has ended workers is known again, however much of it there is."""

import hashlib
import pickle
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from dam.core.database import Database
from dam.core.ledger import Outcome, Run, write_runs
from dam.core.worker_pool import CRASHED
from dam.ingest.poison import Suspects, find_poison
from dam.models.content_hash_sha256_component import get_or_add_by_sha256

MANY = 3000
digests = st.binary(min_size=32, max_size=32)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def test_all_of_it_is_found_by_one_statement_and_nearly_nothing_else(database: Database) -> None:
    bad, fine = (
        [hashlib.sha256(b"%s %d" % (kind, n)).digest() for n in range(MANY)] for kind in (b"a", b"b")
    )
    with database.write() as session:
        entities = get_or_add_by_sha256(session, [*bad, *fine])
        crashed = Run("some.system", 1, Outcome.FAILED, f"{CRASHED} (SIGSEGV)")
        failed = Run("some.system", 1, Outcome.FAILED, "cannot be decoded")
        write_runs(session, [(entities[digest][0], crashed) for digest in bad])
        write_runs(session, [(entities[digest][0], failed) for digest in fine])
    statements: list[str] = []
    with database.read() as session:
        engine = session.connection().engine
        event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
        found = find_poison(session)
    assert all(digest in found for digest in bad)
    assert sum(digest in found for digest in fine) < MANY / 10
    assert len([one for one in statements if "ledger" in one]) == 1


@given(st.lists(digests), digests)
def test_what_was_added_is_suspected_and_among_none_nothing_is(added: list[bytes], other: bytes) -> None:
    suspects = pickle.loads(pickle.dumps(Suspects(added)))
    assert all(digest in suspects for digest in added)
    assert other not in Suspects()


def test_it_takes_no_more_room_for_more_of_them() -> None:
    sizes = {
        number: len(pickle.dumps(Suspects(hashlib.sha256(b"%d" % n).digest() for n in range(number))))
        for number in (0, 1, 10_000)
    }
    assert sizes[0] < 100
    assert sizes[1] == sizes[10_000] < 9000
