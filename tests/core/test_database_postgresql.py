"""PostgreSQL: servers and databases that are not there, locks, deadlocks, and the driver's absence."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import insert, make_url, select, text, update
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.database import Database
from dam.core.ledger import SystemRow
from dam.errors import DatabaseError, NoLibrary
from tests.core.sessions import count
from tests.services.processes import run_python

SETTINGS = {
    "TimeZone": "UTC",
    "synchronous_commit": "on",
    "lock_timeout": "7s",
    "idle_in_transaction_session_timeout": "10min",
    "transaction_isolation": "read committed",
}


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url, busy_timeout=7)) as opened:
        yield opened


@pytest.mark.parametrize("mode", ["write", "read"])
def test_every_setting_is_in_force_on_every_connection(database: Database, mode: str) -> None:
    with getattr(database, mode)() as session:
        found = {name: session.scalar(text(f"SHOW {name}")) for name in SETTINGS}
        # What several statements read is to be of one moment, as it is on SQLite.
        reading = {"transaction_isolation": "repeatable read"}
        assert found == SETTINGS | (reading if mode == "read" else {})
        assert session.scalar(text("SHOW transaction_read_only")) == ("on" if mode == "read" else "off")


def test_options_of_the_url_are_kept_beside_ours(database_url: str) -> None:
    url = make_url(database_url).update_query_dict({"options": "-c application_name=mine"})
    with closing(Database(url.render_as_string(hide_password=False))) as database, database.read() as session:
        assert session.scalar(text("SHOW application_name")) == "mine"
        assert session.scalar(text("SHOW TimeZone")) == "UTC"


def test_a_server_that_cannot_be_reached_is_a_database_error_without_the_password() -> None:
    database = Database("postgresql://me:secret@127.0.0.1:1/dam?connect_timeout=5")
    with pytest.raises(DatabaseError) as failed, database.read() as session:
        session.connection()
    assert failed.value.exit_code == 7
    assert "secret" not in failed.value.message
    assert "me:***@127.0.0.1:1/dam" in failed.value.message


def test_a_missing_database_is_no_library(database_url: str) -> None:
    url = make_url(database_url).set(database="dam_nobody_made_this").render_as_string(hide_password=False)
    with pytest.raises(NoLibrary) as missing, Database(url).read() as session:
        session.connection()
    assert missing.value.exit_code == 9
    assert "createdb" in (missing.value.hint or "")


def test_a_missing_role_is_not_taken_for_a_missing_database(database_url: str) -> None:
    url = make_url(database_url).set(username="database_fan").render_as_string(hide_password=False)
    with pytest.raises(DatabaseError, match="database_fan"), Database(url).read() as it:
        it.connection()


def test_a_session_that_may_only_read_is_a_clear_error(database_url: str) -> None:
    url = make_url(database_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    with closing(Database(url.render_as_string(hide_password=False))) as database:
        assert count(database) == 0
        with pytest.raises(DatabaseError, match="cannot execute INSERT in a read-only transaction"):
            database.retrying(lambda session: session.execute(insert(Entity)))


def test_of_two_that_lock_each_other_out_one_is_run_again_as_a_whole(database: Database) -> None:
    """A real deadlock: each has changed one row and wants the other's."""
    with database.write() as session:
        session.execute(insert(SystemRow), [{"name": "left"}, {"name": "right"}])
    runs: list[str] = []
    meeting = threading.Barrier(2, timeout=60)

    def rename(first: str, second: str) -> None:
        def work(session: Session) -> None:
            runs.append(first)
            session.execute(insert(Entity))
            change(session, first)
            if runs.count(first) == 1:
                meeting.wait()
            change(session, second)

        database.retrying(work)

    with ThreadPoolExecutor(2) as threads:
        done = [threads.submit(rename, "left", "right"), threads.submit(rename, "right", "left")]
        for one in done:
            one.result()
    assert len(runs) == 3, "one of the two was run twice"
    assert count(database) == 2, "what the first attempt had written is gone"
    with database.read() as session:
        assert sorted(session.scalars(select(SystemRow.name))) == ["left..", "right.."]


def change(session: Session, prefix: str) -> None:
    statement = update(SystemRow).where(SystemRow.name.like(f"{prefix}%"))
    session.execute(statement.values(name=SystemRow.name + "."))


def test_a_serialization_failure_is_run_again_from_its_start(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(SystemRow), [{"name": "left"}])
    attempts: list[str] = []

    def work(session: Session) -> None:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        attempts.append(session.execute(select(SystemRow.name)).scalar_one())
        if len(attempts) == 1:
            with database.write() as other:
                change(other, "left")
        change(session, "left")

    database.retrying(work)
    assert attempts == ["left", "left."]


def test_what_fails_every_time_is_given_up_after_a_while(database: Database) -> None:
    attempts: list[int] = []

    def fail(session: Session) -> None:
        attempts.append(1)
        session.execute(text("DO $$ BEGIN RAISE serialization_failure; END $$"))

    with pytest.raises(DatabaseError):
        database.retrying(fail)
    assert len(attempts) == 8


def test_a_connection_that_the_server_closed_is_replaced(
    database: Database,
) -> None:
    assert count(database) == 0
    with database.write() as session:
        mine = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        )
        session.execute(text(f"{mine} AND pid <> pg_backend_pid()"))
    assert count(database) == 0


def test_without_the_driver_the_message_says_what_to_install() -> None:
    done = run_python(
        "import sys; sys.modules['psycopg'] = None\n"
        "from dam.core.database import Database\n"
        "from dam.errors import DamError\n"
        "try:\n"
        "    with Database('postgresql://me:secret@host/dam').read(): pass\n"
        "except DamError as error: print(error.exit_code, error.message, error.hint)\n"
    )
    assert done.stdout.startswith("7 cannot open database: postgresql+psycopg://me:***@host/dam: "), (
        done.stderr
    )
    assert 'pip install "dam[postgres]"' in done.stdout
