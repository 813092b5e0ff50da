"""What every test may ask for: databases of both kinds, the command line, and the corpus."""

import importlib.util
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

from tests.command_line import CommandInProcess, CommandProcess
from tests.databases import PostgresDatabases, copy_sqlite, migrated_sqlite_template, only_one
from tests.postgres_server import PostgresMissingError, read_answer, start_guarded_server

SESSION = "DAM_TEST_SESSION"

# What is slow on a loaded machine is no failure; a failing example is printed so that it can be replayed.
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=False)
hypothesis.settings.register_profile(
    "deep", hypothesis.settings.get_profile("ci"), max_examples=2000, stateful_step_count=100
)
hypothesis.settings.load_profile(os.environ.get("DAM_TEST_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--deep", action="store_true", help="run the tests marked deep too, with deep Hypothesis settings"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # The workers read it: the process whose end is the session's end, and a name for its databases.
        os.environ[SESSION] = f"{os.getpid()}_{uuid.uuid4().hex[:8]}"
    if config.getoption("--deep") and "DAM_TEST_PROFILE" not in os.environ:
        hypothesis.settings.load_profile("deep")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing on a server that is not ours."""
    lent = os.environ.get("DAM_TEST_POSTGRES_URL")
    if lent and not hasattr(config, "workerinput") and importlib.util.find_spec("psycopg"):
        databases = PostgresDatabases(lent, _prefix())
        databases.drop_all()
        databases.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--deep") or "deep" in (config.option.markexpr or ""):
        return
    for item in items:
        if item.get_closest_marker("deep"):
            item.add_marker(pytest.mark.skip(reason="deep: run by make test-deep, or with --deep"))


def _prefix() -> str:
    return f"dam_test_{os.environ[SESSION]}"


def _cannot(reason: str) -> NoReturn:
    """Skip a test that this machine cannot run; in CI it must be able to."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all test workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def postgres_url(session_folder: Path) -> str:
    """The URL of a PostgreSQL server on which databases may be created."""
    if not importlib.util.find_spec("psycopg"):
        _cannot("psycopg is missing: install the extra postgres")
    lent = os.environ.get("DAM_TEST_POSTGRES_URL")
    if lent:
        return lent
    answer = session_folder / "postgres.json"
    try:
        with only_one(session_folder / "postgres.lock"):
            if answer.exists():
                return read_answer(answer)
            return start_guarded_server(answer, session=int(os.environ[SESSION].partition("_")[0]))
    except PostgresMissingError as missing:
        reason = str(missing)
    _cannot(reason)


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> Iterator[PostgresDatabases]:
    """Creates databases on the PostgreSQL server."""
    databases = PostgresDatabases(postgres_url, _prefix())
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without any table; for SQLite, of a file that is not there yet."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        with databases.fresh() as url:
            yield url


@pytest.fixture
def database_url(
    database_kind: str, tmp_path: Path, session_folder: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a fresh database with the present schema."""
    if database_kind == "sqlite":
        yield copy_sqlite(migrated_sqlite_template(session_folder), tmp_path / "dam.db")
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        with databases.fresh(databases.migrated_template(session_folder)) as url:
            yield url


@pytest.fixture
def library_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment and a working directory in which no setting of the developer can be found."""
    for name in list(os.environ):
        if name == "DATABASE_URL" or (name.startswith("DAM_") and not name.startswith("DAM_TEST_")):
            monkeypatch.delenv(name)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("DAM_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture
def dam(library_environment: pytest.MonkeyPatch, database_url: str) -> CommandInProcess:
    """The command line in this process, on a migrated database."""
    library_environment.setenv("DATABASE_URL", database_url)
    return CommandInProcess()


@pytest.fixture
def dam_process(library_environment: pytest.MonkeyPatch, database_url: str) -> Iterator[CommandProcess]:
    """The installed program in processes of its own, on a migrated database."""
    library_environment.setenv("DATABASE_URL", database_url)
    command = CommandProcess()
    yield command
    command.end_all()


@pytest.fixture
def bare_dam(library_environment: pytest.MonkeyPatch, empty_database_url: str) -> CommandInProcess:
    """The command line in this process, where no library was set up yet."""
    library_environment.setenv("DATABASE_URL", empty_database_url)
    return CommandInProcess()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files that DAM_TEST_CORPUS names."""
    folder = os.environ.get("DAM_TEST_CORPUS")
    if not folder:
        pytest.skip("DAM_TEST_CORPUS does not name a folder of real files")
    return Path(folder)
