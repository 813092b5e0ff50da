"""Transactions and connections, with what SQLite and PostgreSQL have in common."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.database import Database
from dam.errors import Busy, DatabaseError
from tests.core.sessions import both, count


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, busy_timeout=10)
    yield opened
    opened.close()


def test_what_was_written_is_read(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(Entity))
    assert count(database) == 1


def test_an_error_takes_everything_back(database: Database) -> None:
    with pytest.raises(DatabaseError), database.write() as session:
        session.execute(insert(Entity)) and session.execute(insert(Entity), [{"id": 1}, {"id": 1}])
    assert count(database) == 0


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"read-?only"), database.read() as session:
        session.execute(insert(Entity))
    assert count(database) == 0


def test_a_reader_sees_what_was_there_when_it_began_or_later_but_never_half(database: Database) -> None:
    with database.write() as writer:
        writer.execute(insert(Entity))
        assert count(database) == 0
    assert count(database) == 1


def test_two_writers_wait_for_each_other_instead_of_failing(database: Database) -> None:
    def read_then_write() -> None:
        for _ in range(10):
            with database.write() as session:
                session.execute(select(func.count()).select_from(Entity)).scalar_one()
                time.sleep(0.02)
                session.execute(insert(Entity))

    both(read_then_write, read_then_write)
    assert count(database) == 20


def test_whoever_waits_too_long_is_told_that_the_library_is_busy(database_url: str) -> None:
    first, second = Database(database_url), Database(database_url, busy_timeout=0.2)
    with first.write() as holder:
        lock_everything(holder)
        began = time.monotonic()
        with pytest.raises(Busy) as refused, second.write() as session:
            lock_everything(session)
        assert 0.1 < time.monotonic() - began < 5
    assert refused.value.exit_code == 5
    assert refused.value.hint is not None
    with second.write() as session:
        lock_everything(session)
    first.close()
    second.close()


def lock_everything(session: Session) -> None:
    """Lock a table, or on SQLite the file, which the beginning of a writing transaction does by itself."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("LOCK TABLE entity IN ACCESS EXCLUSIVE MODE")


def in_child(action: Callable[[], str]) -> str:
    """Return what `action` says in a forked child."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write_end, action().encode())
        finally:
            os._exit(0)
    os.close(write_end)
    os.waitpid(child, 0)
    with os.fdopen(read_end) as said:
        return said.read()


def test_a_connection_carried_across_a_fork_is_refused_and_still_works_where_it_was_made(
    database: Database,
) -> None:
    assert count(database) == 0

    def use_it() -> str:
        try:
            with database.write() as session:
                session.execute(insert(Entity))
        except DatabaseError as error:
            database.close()
            return error.message
        return "it was not refused"

    assert in_child(use_it).endswith("a connection was carried across a fork")
    with database.write() as session:
        session.execute(insert(Entity))
    assert count(database) == 1


def test_a_child_may_open_what_its_parent_had_not_opened_yet(database_url: str) -> None:
    database = Database(database_url)
    assert in_child(lambda: str(count(database))) == "0"
    assert count(database) == 0
    database.close()


def test_a_function_that_is_no_fault_of_the_database_is_not_run_again(database: Database) -> None:
    runs: list[int] = []

    def violate(session: Session) -> None:
        runs.append(1)
        session.execute(insert(Entity), [{"id": 1}, {"id": 1}])

    with pytest.raises(DatabaseError) as refused:
        database.retrying(violate)
    assert isinstance(refused.value.__cause__, DBAPIError)
    assert len(runs) == 1
    assert count(database) == 0


def test_threads_of_one_process_may_share_a_database(database: Database) -> None:
    def add_ten() -> None:
        for _ in range(10):
            with database.write() as session:
                session.execute(insert(Entity))

    both(*[add_ten] * 4)
    assert count(database) == 40
