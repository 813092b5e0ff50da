"""Settings: from the environment and `.env`, and a bad one is a usage error that names it."""

from pathlib import Path

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import write

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("DATABASE_URL", "not a url"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite://"),
        ("DAM_STORE", "s3://bucket"),
        ("DAM_STORE", ""),
        ("DAM_LOG_LEVEL", "LOUD"),
        ("DAM_WORKERS", "-1"),
        ("DAM_WORKERS", "many"),
        ("DAM_VISIT_TIMEOUT", "0"),
        ("DAM_WORKER_MEMORY", "1"),
        ("DAM_BUSY_TIMEOUT", "soon"),
    ],
)
def test_a_bad_one_is_a_usage_error(library: CommandInProcess, name: str, value: str) -> None:
    refused = library("run", env={name: value})
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert name in refused.stderr or (value and value in refused.stderr)
    assert "Traceback" not in refused.stderr


def test_dot_env_is_read_and_the_environment_goes_before_it(
    bare_dam: CommandInProcess, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    write(home / ".env", b"DATABASE_URL=sqlite:///./mine.db\nDAM_STORE=./mine\n")
    nowhere = {"DATABASE_URL": None, "DAM_STORE": None}
    assert bare_dam("setup-db", cwd=home, env=nowhere).exit_code == 0
    assert (home / "mine.db").is_file()
    assert (home / "mine" / "dam-store.json").is_file()
    assert bare_dam("status", cwd=home, env=nowhere).exit_code == 0
    other = {"DATABASE_URL": "sqlite:///./other.db", "DAM_STORE": None}
    assert bare_dam("status", cwd=home, env=other).exit_code == 9


def test_the_example_works_unedited_and_says_what_holds_without_it(
    bare_dam: CommandInProcess, tmp_path: Path
) -> None:
    nowhere = {"DATABASE_URL": None, "DAM_STORE": None}
    for name, content in (("with", EXAMPLE.read_bytes()), ("without", b"")):
        home = write(tmp_path / name / ".env", content).parent
        assert bare_dam("setup-db", cwd=home, env=nowhere).exit_code == 0
        assert (home / "dam.db").is_file()
        assert (home / "dam-store" / "dam-store.json").is_file()


def test_a_dot_env_that_is_no_text_is_a_usage_error(bare_dam: CommandInProcess, tmp_path: Path) -> None:
    home = write(tmp_path / "home" / ".env", b"DAM_STORE=\xff\xfe\n").parent
    refused = bare_dam("status", cwd=home)
    assert refused.exit_code == 2
    assert ".env" in refused.stderr
