"""SQLite files that may be read and not written, tried by a process for which permissions count."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.databases import copy_sqlite, migrated_sqlite_template
from tests.services.processes import run_python, run_python_unprivileged

TRY = """
import sys
from sqlalchemy import text
from dam.core.database import Database
from dam.errors import DamError
mode, path = sys.argv[1:]
try:
    with getattr(Database(f"sqlite:///{path}", busy_timeout=0.2), mode)() as session:
        if mode == "write":
            session.execute(text("INSERT INTO entity DEFAULT VALUES"))
        print(session.execute(text("SELECT count(*) FROM entity")).scalar())
except DamError as error:
    print(f"{type(error).__name__}: {error.message}: {error.hint}")
"""
ADD_AND_DIE = """
import os, sys
from sqlalchemy import text
from dam.core.database import Database
with Database(f"sqlite:///{sys.argv[1]}").write() as session:
    session.execute(text("INSERT INTO entity DEFAULT VALUES"))
    session.commit()
    os._exit(0)
"""


@pytest.fixture
def file(tmp_path: Path, session_folder: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    copy_sqlite(migrated_sqlite_template(session_folder), folder / "dam.db")
    return folder / "dam.db"


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def attempt(mode: str, file: Path) -> str:
    return said(run_python_unprivileged(TRY, mode, file))


def leave_a_log_behind(file: Path) -> Path:
    """Write a row and die, so that it stands in the write-ahead log alone."""
    said(run_python(ADD_AND_DIE, file))
    log = file.with_name("dam.db-wal")
    assert log.stat().st_size > 0
    return log


def test_a_read_only_file_can_be_read(file: Path) -> None:
    file.chmod(0o444)
    assert attempt("read", file) == "0"


def test_a_file_in_a_read_only_folder_can_be_read(file: Path) -> None:
    file.chmod(0o444)
    file.parent.chmod(0o555)
    assert attempt("read", file) == "0"
    assert os.listdir(file.parent) == ["dam.db"]


def test_a_writable_file_in_a_read_only_folder_can_be_read(file: Path) -> None:
    file.parent.chmod(0o555)
    assert attempt("read", file) == "0"


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)])
def test_writing_where_it_is_not_allowed_says_so(file: Path, file_mode: int, folder_mode: int) -> None:
    file.chmod(file_mode)
    file.parent.chmod(folder_mode)
    answer = attempt("write", file)
    assert answer.startswith(f"NotWritable: database failed: {file}: ")
    assert "readonly" in answer or "unable to open" in answer


def test_a_file_that_may_not_be_read_is_a_database_error(file: Path) -> None:
    file.chmod(0)
    assert attempt("read", file).startswith("DatabaseError: ")
    assert attempt("write", file).startswith("DatabaseError: ")


def test_a_folder_that_may_not_be_entered_is_a_database_error_and_not_a_missing_library(file: Path) -> None:
    file.parent.chmod(0)
    for mode in ("read", "write"):
        assert attempt(mode, file) == f"DatabaseError: cannot open database: {file}: permission denied: None"
    file.parent.chmod(0o755)


def test_rows_that_wait_in_the_log_are_read_from_a_read_only_file(file: Path) -> None:
    leave_a_log_behind(file)
    file.chmod(0o444)
    assert attempt("read", file) == "1"


def test_rows_that_wait_in_the_log_of_a_read_only_folder_are_never_left_out(file: Path) -> None:
    log = leave_a_log_behind(file)
    index = file.with_name("dam.db-shm")
    for path in (file, log, index):
        path.chmod(0o444)
    file.parent.chmod(0o555)
    assert attempt("read", file) == "1"
    file.parent.chmod(0o755)
    index.unlink()
    file.parent.chmod(0o555)
    assert attempt("read", file).startswith(f"DatabaseError: database failed: {file}: ")


def test_an_empty_log_in_a_read_only_folder_hides_nothing(file: Path) -> None:
    file.with_name("dam.db-wal").touch()
    file.parent.chmod(0o555)
    assert attempt("read", file) == "0"
