"""SQLite: what every connection is set to, and files that are missing, empty, broken or somebody else's."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import insert, text

from dam.core.component import Entity
from dam.core.database import (
    MIGRATION_PRAGMAS,
    READER_PRAGMAS,
    WRITER_PRAGMAS,
    Database,
    make_engine,
    parse_url,
)
from dam.errors import DamError, DatabaseError, IntegrityError, NoLibrary
from dam.migrations.connection import migrating
from tests.core.sessions import count
from tests.databases import copy_sqlite, migrated_sqlite_template


@pytest.fixture
def file(tmp_path: Path, session_folder: Path) -> Path:
    """A database file with the present schema."""
    copy_sqlite(migrated_sqlite_template(session_folder), tmp_path / "dam.db")
    return tmp_path / "dam.db"


def opened(file: Path, busy_timeout: float = 15.0) -> Database:
    return Database(f"sqlite:///{file}", busy_timeout=busy_timeout)


def pragmas_of(connection: Any, names: dict[str, object]) -> dict[str, object]:
    return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}


@pytest.mark.parametrize("mode", ["write", "read"])
def test_every_setting_is_in_force_on_every_connection(file: Path, mode: str) -> None:
    wanted = {**(READER_PRAGMAS if mode == "read" else WRITER_PRAGMAS), "busy_timeout": 7000}
    database = opened(file, busy_timeout=7)
    for _ in range(3):
        with getattr(database, mode)() as one, opened(file, 7).read() as other:
            for session in (one,) if mode == "write" else (one, other):
                raw = session.connection().connection.driver_connection
                assert pragmas_of(raw, wanted) == wanted
    database.close()


def test_the_settings_are_those_that_the_design_names() -> None:
    assert WRITER_PRAGMAS.items() >= {("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)}
    assert READER_PRAGMAS.items() >= {("query_only", 1), ("foreign_keys", 1)}
    for pragmas in (WRITER_PRAGMAS, READER_PRAGMAS, MIGRATION_PRAGMAS):
        assert pragmas.items() >= {("mmap_size", 0), ("cell_size_check", 1)}
    assert READER_PRAGMAS["trusted_schema"] == 0


def test_a_migration_has_foreign_keys_off_and_is_otherwise_as_durable_as_a_writer(file: Path) -> None:
    with migrating(parse_url(f"sqlite:///{file}")) as connection:
        raw = connection.connection.driver_connection
        assert pragmas_of(raw, MIGRATION_PRAGMAS) == {**WRITER_PRAGMAS, "foreign_keys": 0}


def test_a_setting_that_sqlite_does_not_take_is_an_error(file: Path) -> None:
    engine = make_engine(parse_url(f"sqlite:///{file}"), pragmas={"synchronous": 9})
    with pytest.raises(DatabaseError, match=r"database refuses a setting: .*: synchronous is 1, not 9"):
        engine.connect()


@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_missing_file_is_no_library_and_is_not_created(tmp_path: Path, mode: str) -> None:
    for missing in (tmp_path / "dam.db", tmp_path / "folder" / "dam.db", tmp_path / "plain" / "dam.db"):
        (tmp_path / "plain").touch()
        with pytest.raises(NoLibrary) as refused, getattr(opened(missing), mode)():
            pass
        assert refused.value.hint == "make one with: dam-cli setup-db, or name yours in DATABASE_URL"
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


@pytest.mark.parametrize("mode", ["write", "read"])
def test_an_empty_file_is_no_library_and_stays_empty(tmp_path: Path, mode: str) -> None:
    empty = tmp_path / "dam.db"
    empty.touch()
    with pytest.raises(NoLibrary), getattr(opened(empty), mode)():
        pass
    assert empty.read_bytes() == b""
    assert [path.name for path in tmp_path.iterdir()] == ["dam.db"]


@pytest.mark.parametrize("content", [b"not a database, " * 100, b"GIF89a", b"\0" * 8192])
@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_file_that_is_no_database_is_damage_and_is_left_as_it_is(
    tmp_path: Path, content: bytes, mode: str
) -> None:
    stranger = tmp_path / "dam.db"
    stranger.write_bytes(content)
    with pytest.raises(IntegrityError) as refused, getattr(opened(stranger), mode)() as session:
        session.execute(text("SELECT count(*) FROM entity"))
    assert refused.value.exit_code == 4
    assert "backup" in (refused.value.hint or "")
    assert stranger.read_bytes() == content


def test_a_folder_is_a_database_error(tmp_path: Path) -> None:
    (tmp_path / "dam.db").mkdir()
    with pytest.raises((DatabaseError, NoLibrary)), opened(tmp_path / "dam.db").write() as session:
        session.connection()


def read_everything(database: Database) -> None:
    with database.read() as session:
        for (table,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all():
            session.execute(text(f'SELECT * FROM "{table}"')).all()


def test_a_truncated_file_is_damage(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:10_000])
    left = file.read_bytes()
    with pytest.raises(IntegrityError):
        read_everything(opened(file))
    assert file.read_bytes() == left


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=st.integers(0, 200), garbage=st.sampled_from([b"\0", b"\xff", b"dam!"]))
@example(page=0, garbage=b"\0")
def test_a_page_of_garbage_is_damage_or_not_noticed_but_never_repaired(
    session_folder: Path, tmp_path: Path, page: int, garbage: bytes
) -> None:
    file = tmp_path / "damaged.db"
    for old in tmp_path.glob("damaged.db*"):
        old.unlink()
    shutil.copyfile(migrated_sqlite_template(session_folder), file)
    size = 4096
    pages = file.stat().st_size // size
    with file.open("r+b") as damaged:
        damaged.seek(page % pages * size)
        damaged.write(garbage * (size // len(garbage)))
    left = file.read_bytes()
    database = opened(file)
    try:
        read_everything(database)
    except DamError as error:
        assert isinstance(error, IntegrityError), error.message  # noqa: PT017
    finally:
        database.close()
    assert file.read_bytes() == left


def test_a_name_that_a_url_would_read_otherwise_is_taken_as_it_is(tmp_path: Path, file: Path) -> None:
    odd = tmp_path / "a#b c é&mode=memory.db"
    file.rename(odd)
    with opened(odd).write() as session:
        session.execute(insert(Entity))
    with closing(sqlite3.connect(odd)) as plain:
        assert plain.execute("SELECT count(*) FROM entity").fetchone() == (1,)


def test_a_reader_does_not_wait_for_a_writer_that_is_at_work(file: Path) -> None:
    with opened(file).write() as writer:
        writer.execute(insert(Entity))
        assert count(opened(file, busy_timeout=0.01)) == 0
