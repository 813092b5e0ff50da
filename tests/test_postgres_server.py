"""The private PostgreSQL server starts from every source and never outlives its session."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests import postgres_server
from tests.databases import PostgresDatabases
from tests.postgres_server import PrivateServer, Programs, find_programs, read_answer

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def _version(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        version = connection.scalar(text("SELECT current_setting('server_version_num')::int"))
    engine.dispose()
    return int(version or 0) // 10000


@contextmanager
def _server(programs: Programs) -> Iterator[PrivateServer]:
    server = PrivateServer(programs)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def session() -> Iterator[subprocess.Popen[bytes]]:
    """A process whose end stands for the end of a test session."""
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


def test_a_server_goes_when_its_session_is_killed(tmp_path: Path, session: subprocess.Popen[bytes]) -> None:
    url = postgres_server.start_guarded_server(tmp_path / "answer.json", session.pid)
    folder = Path(str(make_url(url).query["host"]))
    assert _version(url) >= postgres_server.OLDEST_MAJOR
    assert read_answer(tmp_path / "answer.json") == url

    session.kill()
    session.wait()

    give_up = time.monotonic() + 30
    while folder.exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not folder.exists()


def test_the_wheel_brings_a_server_too() -> None:
    bundled = [programs for programs in postgres_server._candidates() if programs.bundled]
    assert bundled, "the extra dev brings a server in a wheel"
    with _server(bundled[0]) as server:
        server.start()
        assert _version(server.url) >= postgres_server.OLDEST_MAJOR
    assert not server.folder.exists()


def test_programs_that_are_not_there_are_not_usable(tmp_path: Path) -> None:
    assert not Programs(tmp_path).is_usable()
    assert find_programs().is_usable()


def test_a_server_that_cannot_start_says_why() -> None:
    with _server(find_programs()) as server:
        server.data.mkdir(mode=0o700)
        (server.data / "in-the-way").touch()
        with pytest.raises(postgres_server.PostgresBrokenError, match=r"initdb of .* gave 1"):
            server.start()
    assert not server.folder.exists()


def test_a_fresh_database_is_dropped_although_somebody_is_connected(
    postgres_databases: PostgresDatabases,
) -> None:
    with postgres_databases.fresh() as url:
        engine = create_engine(url)
        connection = engine.connect()
        assert connection.scalar(text("SELECT 1")) == 1
    with pytest.raises(Exception, match="does not exist"):
        create_engine(url).connect()
    connection.invalidate()
    engine.dispose()


def test_an_empty_database_is_empty(empty_database_url: str, database_kind: str, tmp_path: Path) -> None:
    assert empty_database_url.startswith(database_kind)
    assert os.listdir(tmp_path) == []
