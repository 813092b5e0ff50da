"""A library that is missing, locked, read-only, damaged or somebody else's."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import everything, sha256, show, stored_files, write
from tests.commands.permissions import read_only

READING: tuple[list[str], ...] = (["status"], ["status", "--failed"], ["query"], ["show", "1"])


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the lock that writers need, as another process would."""
    engine = create_engine(url)
    with engine.connect() as connection:
        if make_url(url).get_backend_name() == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("LOCK TABLE entity IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()
    engine.dispose()


@pytest.fixture
def sqlite_file(filled: CommandInProcess, database_kind: str) -> Path:
    """The database of a library with something in it, where that is a file."""
    if database_kind != "sqlite":
        pytest.skip("only SQLite is a file")
    return Path(make_url(os.environ["DATABASE_URL"]).database or "")


def test_where_no_database_is_every_command_says_how_to_make_one(
    bare_dam: CommandInProcess, tmp_path: Path, media: Path
) -> None:
    others = (["find-duplicates"], ["run"], ["get", "1"], ["add-asset", "x"], ["find-file-by-hash", "0" * 64])
    for command in (*READING, *others):
        missing = bare_dam(*command)
        assert (missing.exit_code, missing.stdout) == (9, "")
        assert "no library here" in missing.stderr
        assert "hint: make one with: dam-cli setup-db" in missing.stderr
    assert bare_dam("find-similar-images", media / "lake.jpg").exit_code == 9
    assert not (tmp_path / "empty.db").exists()
    assert not (tmp_path / "store").exists()


def test_a_database_of_no_bytes_is_no_library_and_can_become_one(
    bare_dam: CommandInProcess, tmp_path: Path
) -> None:
    write(tmp_path / "zero.db", b"")
    zero = {"DATABASE_URL": f"sqlite:///{tmp_path / 'zero.db'}"}
    assert bare_dam("status", env=zero).exit_code == 9
    assert bare_dam("setup-db", env=zero).exit_code == 0
    assert bare_dam("status", env=zero).exit_code == 0


def test_a_postgresql_database_that_does_not_exist_is_no_library(
    dam: CommandInProcess, database_url: str, database_kind: str
) -> None:
    if database_kind != "postgresql":
        pytest.skip("about PostgreSQL")
    url = make_url(database_url).set(database="no_such_database").render_as_string(hide_password=False)
    missing = dam("status", env={"DATABASE_URL": url})
    assert missing.exit_code == 9
    assert "no_such_database" in missing.stderr


def test_a_lock_that_another_holds_is_waited_for_and_then_said(
    filled: CommandInProcess, program: CommandProcess, media: Path
) -> None:
    write(media / "later.txt", b"later")
    with locked(os.environ["DATABASE_URL"]):
        busy = program("add-asset", media / "later.txt", env={"DAM_BUSY_TIMEOUT": "0.5"})
    assert busy.exit_code == 5
    assert "another process is using the library" in busy.stderr
    assert "Traceback" not in busy.stderr
    assert program("add-asset", media / "later.txt").exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_server_is_waited_for_is_what_is_said(
    filled: CommandInProcess, program: CommandProcess, database_kind: str, number: int
) -> None:
    if database_kind != "postgresql":
        pytest.skip("reading waits for nobody on SQLite")
    engine = create_engine(os.environ["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = :name")
    with locked(os.environ["DATABASE_URL"]), engine.connect() as connection:
        process = program.start("query")
        while not connection.scalar(waiting, {"name": engine.url.database}):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        stopped = program.finish(process)
    engine.dispose()
    assert stopped.exit_code == 128 + number
    assert stopped.stderr.startswith(("dam-cli: interrupted", "dam-cli: terminated"))


def test_sqlite_is_read_while_another_process_writes(sqlite_file: Path, filled: CommandInProcess) -> None:
    with locked(os.environ["DATABASE_URL"]):
        for command in READING:
            assert filled(*command, env={"DAM_BUSY_TIMEOUT": "0.1"}).exit_code == 0


def test_reading_commands_work_on_a_read_only_database_and_store(
    sqlite_file: Path, filled: CommandInProcess, unprivileged: CommandProcess, media: Path, tmp_path: Path
) -> None:
    lake = media / "lake.jpg"
    digest = sha256(lake.read_bytes())
    expected = show(filled, digest)
    before = everything()
    home = write(tmp_path / "home" / "library" / "x", b"").parent
    for path in (*tmp_path.glob("dam.db*"), tmp_path / "store"):
        path.rename(home / path.name)
    settings = {
        "DATABASE_URL": f"sqlite:///{home / 'dam.db'}",
        "DAM_STORE": str(home / "store"),
    }
    commands: tuple[list[str | Path], ...] = (
        ["status"],
        ["status", "--failed"],
        ["query"],
        ["show", "1"],
        ["query", "--has", "Image"],
        ["find-file-by-hash", digest],
        ["find-file-by-hash", "-f", lake],
        ["find-similar-images", lake],
        ["get", digest, "-o", tmp_path / "back"],
        ["get", digest, "--preview", "-o", tmp_path / "preview"],
    )
    with read_only(home):
        for command in commands:
            answer = unprivileged(*command, env=settings)
            assert (answer.exit_code, answer.stderr) == (0, ""), command
        assert unprivileged("show", "--json", digest, env=settings).json == [expected]
        assert unprivileged("add-asset", "-n", lake, env=settings).exit_code == 0
        refused = unprivileged("add-asset", media / "notes.txt", write(media / "new", b"new"), env=settings)
        assert refused.exit_code == 7
        assert "Traceback" not in refused.stderr
    assert (tmp_path / "back").read_bytes() == lake.read_bytes()
    for path in home.iterdir():
        path.rename(tmp_path / path.name)
    assert everything() == before


def test_a_database_that_may_not_be_read_says_so(
    sqlite_file: Path, filled: CommandInProcess, unprivileged: CommandProcess
) -> None:
    sqlite_file.chmod(0)
    refused = unprivileged("status")
    assert refused.exit_code == 7
    assert "unable to open database file" in refused.stderr


def damaged_versions(data: bytes) -> Iterator[bytes]:
    yield b"this is no database at all, though it is long enough to be one" * 100
    yield b"X" + data[1:]
    yield data[: len(data) // 3]
    yield data[:8192] + b"\x5a" * (len(data) - 8192)


def test_a_corrupt_database_is_damage(sqlite_file: Path, filled: CommandInProcess) -> None:
    with closing(sqlite3.connect(sqlite_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for data in damaged_versions(sqlite_file.read_bytes()):
        for beside in ("-wal", "-shm"):
            sqlite_file.with_name(sqlite_file.name + beside).unlink(missing_ok=True)
        sqlite_file.write_bytes(data)
        for command in (["status"], ["query", "--json"], ["setup-db"]):
            damaged = filled(*command)
            assert damaged.exit_code == 4, (command, data[:4], damaged.stderr)
            assert "restore the database from a backup" in damaged.stderr


def test_tables_without_a_schema_version_are_refused(sqlite_file: Path, filled: CommandInProcess) -> None:
    with closing(sqlite3.connect(sqlite_file)) as connection:
        connection.execute("DROP TABLE alembic_version")
    for command in (*READING, ["run"], ["add-asset", "x"]):
        unknown = filled(*command)
        assert unknown.exit_code == 8
        assert "none of dam's" in unknown.stderr


def test_a_store_that_is_not_there_is_said_and_never_taken_for_empty(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    digest = sha256((media / "lake.jpg").read_bytes())
    (tmp_path / "store").rename(tmp_path / "away")
    for exists in (False, True):
        if exists:
            (tmp_path / "store").mkdir()
        for command in (["add-asset", media / "lake.jpg"], ["get", digest], ["run"], ["setup-db"]):
            missing = filled(*command)
            assert missing.exit_code == 9, command
            assert "no store here" in missing.stderr
    assert list((tmp_path / "store").iterdir()) == []
    for command in (["find-file-by-hash", digest], ["status"], ["query"]):
        assert filled(*command).exit_code == 0  # The database alone has the answer.


def test_a_store_of_another_library_is_refused(filled: CommandInProcess, media: Path, tmp_path: Path) -> None:
    other = {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}", "DAM_STORE": str(tmp_path / "other")}
    assert filled("setup-db", env=other).exit_code == 0
    before = stored_files()
    for command in (["add-asset", media / "lake.jpg"], ["get", "1"], ["setup-db"]):
        refused = filled(*command, env={"DAM_STORE": str(tmp_path / "other")})
        assert refused.exit_code == 9
        assert "belongs to another library" in refused.stderr
    assert stored_files() == before


def test_a_store_whose_marker_is_not_ours_is_refused(filled: CommandInProcess, tmp_path: Path) -> None:
    marker = tmp_path / "store" / "dam-store.json"
    for content in ("", "[]", "{}", '{"format": 99, "hash": "sha256", "uuid": "x"}'):
        marker.write_text(content)
        assert filled("get", "1").exit_code == 9


def test_a_store_that_may_not_be_written_stops_the_adding(
    sqlite_file: Path, unprivileged: CommandProcess, media: Path, tmp_path: Path
) -> None:
    with read_only(tmp_path / "store"):
        refused = unprivileged("add-asset", write(media / "new.txt", b"new"))
    assert refused.exit_code == 7
    assert "cannot write to the store" in refused.stderr
    assert "permission denied" in refused.stderr
