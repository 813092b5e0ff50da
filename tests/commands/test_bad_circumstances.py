"""What is wrong around the program gets a clear answer too, and changes no exit code that is right."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess, CommandProcess, Result

Shell = Callable[..., Result]


@pytest.fixture
def shell(library: CommandInProcess) -> Shell:
    """Runs the program by a line of shell in which "$@" is the program with its arguments."""

    def run(script: str, *arguments: str, cwd: Path | None = None) -> Result:
        return CommandProcess(wrapper=("sh", "-c", script, "sh"))(*arguments, cwd=cwd)

    return run


@pytest.mark.parametrize(
    ("arguments", "exit_code"), [(["run"], 0), (["find-file-by-hash", "aa"], 2), (["status"], 0)]
)
def test_a_full_disk_behind_stderr_changes_no_exit_code(
    shell: Shell, arguments: list[str], exit_code: int
) -> None:
    assert shell('"$@" 2>/dev/full', *arguments).exit_code == exit_code


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["show", "--help"], ["status"]])
def test_a_full_disk_behind_stdout_is_told(shell: Shell, arguments: list[str]) -> None:
    told = shell('"$@" >/dev/full', *arguments)

    assert told.exit_code == 6
    assert "Traceback" not in told.stderr
    assert "no space left on device" in told.stderr


def test_a_folder_that_was_deleted_is_told(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    told = shell('rmdir "$PWD"; "$@"', "add-asset", "x", cwd=folder)

    assert told.exit_code == 2
    assert "the current folder was deleted" in told.stderr


def test_a_database_that_is_deleted_meanwhile_acknowledges_nothing_more(
    library: CommandInProcess, dam_process: CommandProcess, tmp_path: Path, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("only SQLite is a file")
    media = tmp_path / "many"
    media.mkdir()
    for number in range(400):
        (media / f"{number}.txt").write_text(str(number))
    process = dam_process.start("add-asset", "--json", "-r", media)
    assert process.stdout is not None
    first = process.stdout.readline()
    for name in ("dam.db", "dam.db-wal", "dam.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    left = dam_process.finish(process)

    assert first
    assert left.exit_code in (7, 9)
    assert left.stdout.count("\n") < 399
    assert "was deleted or replaced" in left.stderr or "no such database" in left.stderr


def test_a_limit_that_no_database_takes_is_refused(library: CommandInProcess) -> None:
    assert library("query", "--limit", str(1 << 63)).exit_code == 2
    assert library("query", "--limit", str((1 << 63) - 1)).exit_code == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("DAM_WORKER_MEMORY", "99999999999999999999"), ("DAM_VISIT_TIMEOUT", "inf"), ("DAM_STORE", "")],
)
def test_a_setting_that_means_nothing_is_refused(library: CommandInProcess, name: str, value: str) -> None:
    refused = library("status", env={name: value})

    assert refused.exit_code == 2
    assert f"bad setting: {name}" in refused.stderr


def test_a_store_whose_name_is_not_utf8_works(library: CommandInProcess, tmp_path: Path) -> None:
    other = os.fsdecode(os.fsencode(tmp_path) + b"/st\xff")
    url = f"sqlite:///{tmp_path / 'other.db'}"
    made = library("setup-db", env={"DAM_STORE": other, "DATABASE_URL": url})

    assert made.exit_code == 0, made.stderr
    assert "st\\xff" in made.stdout


def test_a_lost_preview_is_made_again_whatever_lies_in_its_place(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    assert library("add-asset", media / "lake.jpg").exit_code == 0
    (preview,) = [path for path in (tmp_path / "store" / "derived").rglob("*") if path.is_file()]
    before = preview.read_bytes()
    preview.unlink()
    preview.mkdir()
    assert library("get", "1", "--preview", "-o", tmp_path / "first.jpg").exit_code == 7
    preview.rmdir()
    made = library("get", "1", "--preview", "-o", tmp_path / "second.jpg")

    assert made.exit_code == 0, made.stderr
    assert (tmp_path / "second.jpg").read_bytes() == before


def test_a_list_from_a_closed_stdin_is_a_usage_error(shell: Shell) -> None:
    closed = shell('"$@" <&-', "add-asset", "--from-file", "-")
    assert closed.exit_code == 2
    assert closed.stderr.splitlines()[-1] == "dam-cli: cannot read: -: standard input is closed"
