"""`setup-db`: twice, by several at once, and on databases that are not ours."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from dam.core.config import Settings
from dam.core.database import Database, lock_table
from dam.library import Library
from dam.models.stored_copy_component import StoreRow
from dam.services.file_storage import create_store
from tests.command_line import CommandInProcess, CommandProcess, Result
from tests.migrations.schemas import connected, everything_in, rows_of

Command = CommandInProcess | CommandProcess


@pytest.fixture
def bare_processes(library_environment: pytest.MonkeyPatch, empty_database_url: str) -> CommandProcess:
    """The installed program where no library was set up yet."""
    library_environment.setenv("DATABASE_URL", empty_database_url)
    return CommandProcess()


def make_foreign_table(url: str) -> None:
    with connected(url) as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(text("INSERT INTO customers VALUES (1, 'Ada')"))


def test_it_makes_a_library_and_the_second_time_changes_nothing(
    bare_dam: CommandInProcess, empty_database_url: str
) -> None:
    assert bare_dam("status").exit_code == 9
    assert bare_dam("setup-db", "--json").json[0]["changed"] is True
    before = everything_in(empty_database_url)
    again = bare_dam("setup-db", "--json")
    assert (again.exit_code, again.json[0]["changed"]) == (0, False)
    assert everything_in(empty_database_url) == before
    assert bare_dam("status").exit_code == 0


def test_several_at_once_make_one_library(bare_processes: CommandProcess, empty_database_url: str) -> None:
    started = [bare_processes.start("setup-db") for _ in range(4)]
    ended = [bare_processes.finish(process) for process in started]
    assert [one.stderr for one in ended] == [""] * 4
    assert [one.exit_code for one in ended] == [0] * 4
    assert len(rows_of(empty_database_url)["store"]) == 1
    assert bare_processes("status").exit_code == 0
    folder = Path("pictures")
    folder.mkdir()
    (folder / "one").write_bytes(b"one")
    assert bare_processes("add-asset", "-r", folder).exit_code == 0


def test_whoever_comes_second_takes_the_store_that_the_first_is_making(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=database_url, store=str(tmp_path / "store"))
    with ThreadPoolExecutor(1) as thread, closing(Database(database_url)) as database:
        with database.write() as session:
            lock_table(session, StoreRow)
            store = create_store(settings.store, "the first one's")
            session.add(StoreRow(uuid=store.uuid))
            session.flush()
            second = thread.submit(Library.set_up, settings)
            assert not wait([second], timeout=0.5).done
        assert second.result() is False
    assert [row[1] for row in rows_of(database_url)["store"]] == ["the first one's"]


def outcomes(dam: Command, picture: Path) -> dict[str, Result]:
    """Return what every kind of command says."""
    picture.write_bytes(b"anything")
    reading = ("status", "query", "show 1", f"find-file-by-hash {'0' * 64}")
    writing = (f"add-asset {picture.name}", "run", "setup-db")
    return {command: dam(*command.split()) for command in (*reading, *writing)}


def test_a_schema_newer_than_the_program_is_refused_by_every_command(
    dam: CommandInProcess, database_url: str, tmp_path: Path
) -> None:
    assert dam("setup-db").exit_code == 0
    with connected(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = everything_in(database_url)
    for command, result in outcomes(dam, tmp_path / "file").items():
        assert result.exit_code == 8, command
        assert "revision 9999 is newer than this program" in result.stderr, command
    assert everything_in(database_url) == before


def test_an_older_schema_is_refused_with_the_way_out(
    dam: CommandInProcess, database_url: str, tmp_path: Path
) -> None:
    assert dam("setup-db").exit_code == 0
    with connected(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    said = outcomes(dam, tmp_path / "file")
    said.pop("setup-db")
    for command, result in said.items():
        assert result.exit_code == 8, command
        assert "hint: bring it up to date with: dam-cli setup-db" in result.stderr, command


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_sqlite_file_with_other_peoples_tables_is_refused_and_left_as_it_is(
    bare_dam: CommandInProcess, empty_database_url: str, tmp_path: Path
) -> None:
    make_foreign_table(empty_database_url)
    before = (tmp_path / "empty.db").read_bytes()
    for command, result in outcomes(bare_dam, tmp_path / "file").items():
        assert result.exit_code == 8, command
        assert "there are tables, but none of dam's" in result.stderr, command
    assert (tmp_path / "empty.db").read_bytes() == before
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_postgresql_database_may_be_shared_with_others(
    bare_dam: CommandInProcess, empty_database_url: str
) -> None:
    make_foreign_table(empty_database_url)
    missing = bare_dam("status")
    assert missing.exit_code == 9
    assert "hint: make one with: dam-cli setup-db" in missing.stderr
    assert bare_dam("setup-db").exit_code == 0
    assert bare_dam("status").exit_code == 0
    assert rows_of(empty_database_url)["customers"] == [(1, "Ada")]


@pytest.fixture
def librarian_url(empty_database_url: str) -> Iterator[str]:
    """The database as an account that may add tables to it and read nobody else's."""
    with connected(empty_database_url) as connection:
        if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            pytest.skip("the account of DAM_TEST_POSTGRES_URL may not make others")
        connection.execute(text("DROP ROLE IF EXISTS librarian"))
        connection.execute(text("CREATE ROLE librarian LOGIN PASSWORD 'books'"))
        connection.execute(text("GRANT CREATE ON SCHEMA public TO librarian"))
    url = make_url(empty_database_url).set(username="librarian", password="books")
    yield url.render_as_string(hide_password=False)
    with connected(empty_database_url) as connection:
        connection.execute(text("DROP OWNED BY librarian"))
        connection.execute(text("DROP ROLE librarian"))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_other_peoples_tables_need_not_be_ours_to_read(
    bare_dam: CommandInProcess, empty_database_url: str, librarian_url: str
) -> None:
    make_foreign_table(empty_database_url)
    made = bare_dam("setup-db", env={"DATABASE_URL": librarian_url})
    assert made.exit_code == 0, made.stderr
    assert bare_dam("status", env={"DATABASE_URL": librarian_url}).exit_code == 0


def test_the_command_line_offers_no_way_back(bare_dam: CommandInProcess) -> None:
    said = bare_dam("setup-db", "--help").stdout + bare_dam("--help").stdout
    assert "downgrade" not in said.lower()
    assert bare_dam("setup-db", "--downgrade").exit_code == 2


def test_an_upgrade_waits_no_longer_than_it_may(dam: CommandInProcess, database_url: str) -> None:
    lock: Callable[[str], str] = lambda kind: (  # noqa: E731
        "BEGIN IMMEDIATE" if kind.startswith("sqlite") else "SELECT pg_advisory_xact_lock(x'64616d'::int)"
    )
    with connected(database_url) as connection:
        connection.exec_driver_sql(lock(database_url))
        busy = dam("setup-db", env={"DAM_BUSY_TIMEOUT": "0.3"})
    assert busy.exit_code == 5, busy.stderr
    assert dam("setup-db").exit_code == 0
