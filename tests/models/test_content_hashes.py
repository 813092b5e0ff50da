"""Identity by SHA-256, look-up by MD5: also when several processes meet the same content."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.database import Database
from dam.errors import DatabaseError
from dam.models.content_hash_md5_component import ContentHashMD5Component, find_by_md5
from dam.models.content_hash_sha256_component import (
    ContentHashSHA256Component,
    find_by_sha256,
    get_or_add_by_sha256,
)
from tests.core.sessions import count
from tests.services.processes import PROJECT

ADD_MANY = """
import random, sys
from dam.core.database import Database
from dam.models.content_hash_sha256_component import get_or_add_by_sha256
database = Database(sys.argv[1])
chance = random.Random(sys.argv[2])
digests = [bytes([n]) * 32 for n in range(60)]
chance.shuffle(digests)
sys.stdin.readline()
added = 0
for start in range(0, 60, 5):
    group = digests[start : start + 5]
    found = database.retrying(lambda session: get_or_add_by_sha256(session, group))
    added += sum(is_new for _, is_new in found.values())
print(added)
"""


def digest(number: int) -> bytes:
    return bytes([number]) * 32


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def test_new_content_gets_an_entity_and_keeps_it(session: Session) -> None:
    first = get_or_add_by_sha256(session, [digest(1), digest(2)])
    assert [is_new for _, is_new in first.values()] == [True, True]
    assert len({entity for entity, _ in first.values()}) == 2
    second = get_or_add_by_sha256(session, [digest(2), digest(3), digest(3)])
    assert second[digest(2)] == (first[digest(2)][0], False)
    assert second[digest(3)][1] is True
    assert find_by_sha256(session, [digest(3), digest(9)]) == {digest(3): second[digest(3)][0]}


def test_asking_for_nothing_adds_nothing(session: Session) -> None:
    assert get_or_add_by_sha256(session, []) == {}
    assert session.scalars(select(Entity.id)).all() == []


def test_a_digest_of_another_length_is_refused(database: Database) -> None:
    for model, wrong in ((ContentHashSHA256Component, b"short"), (ContentHashMD5Component, digest(1))):
        with database.write() as session:
            row = {"entity_id": session.scalar(insert(Entity).returning(Entity.id)), "digest": wrong}
        with pytest.raises(DatabaseError, match="digest_length"), database.write() as session:
            session.execute(insert(model), [row])


def test_the_same_md5_may_belong_to_several_entities(session: Session) -> None:
    entities = [entity for entity, _ in get_or_add_by_sha256(session, [digest(1), digest(2)]).values()]
    rows = [{"entity_id": entity, "digest": b"m" * 16} for entity in reversed(entities)]
    session.execute(insert(ContentHashMD5Component), rows)
    assert find_by_md5(session, b"m" * 16) == sorted(entities)
    assert find_by_md5(session, b"n" * 16) == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("first_commits", [True, False])
def test_whoever_comes_second_waits_and_gets_the_entity_of_the_first(
    database: Database, first_commits: bool
) -> None:
    """Two transactions interleaved: the first has claimed the content and not committed yet."""
    waiting = threading.Event()

    def second() -> tuple[int, bool]:
        with database.write() as session:
            session.connection()
            waiting.set()
            return get_or_add_by_sha256(session, [digest(1), digest(2)])[digest(1)]

    with ThreadPoolExecutor(1) as threads:
        with database.write() as session:
            mine = get_or_add_by_sha256(session, [digest(1)])[digest(1)]
            other = threads.submit(second)
            waiting.wait(timeout=30)
            with pytest.raises(TimeoutError):
                other.result(timeout=0.3)
            if not first_commits:
                session.rollback()
        entity, is_new = other.result(timeout=30)
    assert is_new is not first_commits
    assert (entity == mine[0]) is first_commits
    assert count(database) == count(database, ContentHashSHA256Component) == 2, "no entity without content"


def test_processes_that_add_the_same_contents_at_once_agree(database_url: str, database: Database) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ADD_MANY, database_url, str(seed)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in processes]
    assert [errors for _, errors in said] == [""] * 4
    assert sum(int(output) for output, _ in said) == 60, "each content was new exactly once"
    assert count(database) == count(database, ContentHashSHA256Component) == 60
