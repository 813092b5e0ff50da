"""How every command behaves: light help, talk on stderr, closed pipes, and no tracebacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dam.cli import COMMANDS
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import write
from tests.commands.terminal import watched

HEAVY = ("sqlalchemy", "numpy", "PIL", "alembic", "pydantic", "rich", "pebble")
MEDIA = ("numpy", "PIL", "av", "pypdfium2", "resvg_py", "rawpy", "tarfile", "alembic")
IMPORTED = """
import sys
from dam.cli import main
code = main(sys.argv[1:])
print(code, *(name for name in {names!r} if name in sys.modules), file=sys.stderr)
"""


def test_help_imports_nothing_heavy() -> None:
    for command in ([], *([name] for name in COMMANDS)):
        helped = subprocess.run(
            [sys.executable, "-c", IMPORTED.format(names=HEAVY), *command, "--help"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert helped.stderr == "0\n", command
        assert helped.stdout.startswith("Usage: dam-cli")


def test_what_asks_a_library_imports_nothing_that_decodes_media(dam: CommandInProcess) -> None:
    dam("setup-db")
    for command in (["status"], ["query"], ["show", "1"], ["search-text", "words"], ["scan"]):
        asked = subprocess.run(
            [sys.executable, "-c", IMPORTED.format(names=MEDIA), *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert asked.stderr.splitlines()[-1].split()[1:] == [], command


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_a_program_calculates_with_one_thread_unless_told_otherwise() -> None:
    code = (
        "import os, sys; sys.argv = ['dam-cli', '--version']; from dam.cli import main; main();"
        " import numpy; print(len(os.listdir('/proc/self/task')))"
    )
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    for chosen, expected in (({}, {"1"}), ({"OPENBLAS_NUM_THREADS": "2"}, {"1", "2"})):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment | chosen, capture_output=True, text=True, check=True
        )
        assert done.stdout.split()[-1] in expected


def test_every_command_has_help_and_one_line_of_it_in_the_list(dam: CommandInProcess) -> None:
    listed = dam("--help")
    assert listed.exit_code == 0
    for name, summary in COMMANDS.items():
        assert name in listed.stdout
        assert summary in listed.stdout
        for option in ("--help", "-h"):
            helped = dam(name, option)
            assert (helped.exit_code, helped.stderr) == (0, "")
            assert summary.rstrip(".") in " ".join(helped.stdout.split())


def test_the_version_is_printed(dam: CommandInProcess) -> None:
    from dam import __version__

    assert dam("--version").stdout == f"dam-cli {__version__}\n"
    assert dam("--version").exit_code == 0


def test_without_a_command_or_with_an_unknown_one_it_is_a_usage_error(dam: CommandInProcess) -> None:
    assert dam().exit_code == 2
    unknown = dam("find-everything")
    assert unknown.exit_code == 2
    assert "find-everything" in unknown.stderr
    assert unknown.stdout == ""


def test_data_goes_to_stdout_and_talk_to_stderr(library: CommandInProcess, media: Path) -> None:
    added = library("add-asset", "-r", media)
    assert "seen" not in added.stdout
    assert added.stderr.count("\n") == 1
    assert library("query", "--has", "Preview").stderr == ""


def test_a_pipe_that_is_closed_ends_the_command_silently(program: CommandProcess, tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / "many" / f"{number:0200}", str(number).encode())
    write(tmp_path / "large", os.urandom(1 << 21))
    assert program("add-asset", "-r", tmp_path / "many", tmp_path / "large").exit_code == 0
    for command in (
        ["query", "--json"],
        ["query"],
        ["add-asset", "-v", "-r", tmp_path / "many"],
        ["get", "301"],
    ):
        process = program.start(*command)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 141, (command, said)
        assert b"Traceback" not in said
        assert b"Error" not in said


def test_a_full_disk_behind_stdout_is_said(program: CommandProcess, filled: CommandInProcess) -> None:
    for command in ("status", "query --json", "get 1", "show 1"):
        shell = f'exec "{program.program}" {command} > /dev/full'
        full = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
        assert full.returncode == 6
        assert full.stderr == "dam-cli: cannot write: standard output: no space left on device\n"


def test_a_stdout_that_is_closed_from_the_start_is_no_reason_to_fail(
    program: CommandProcess, filled: CommandInProcess
) -> None:
    for closed in (">&-", ">&- 2>&-"):
        shell = f'exec "{program.program}" status {closed}'
        quiet = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
        assert (quiet.returncode, quiet.stderr) == (0, "")


def test_a_progress_bar_is_shown_to_a_terminal_and_to_nobody_else(
    program: CommandProcess, media: Path
) -> None:
    added = watched(program, "add-asset", "-n", "-r", media)
    assert added.exit_code == 0
    assert "adding" in added.text
    assert b"\x1b[" in added.shown
    piped = program("add-asset", "-n", "-r", media)
    assert "\x1b" not in piped.stderr + piped.stdout
    assert "\r" not in piped.stderr
    assert piped.stderr.count("\n") == 1


def test_errors_are_one_line_with_the_hint_on_its_own(bare_dam: CommandInProcess) -> None:
    missing = bare_dam("status")
    message, hint = missing.stderr.splitlines()
    assert message.startswith("dam-cli: no library here: ")
    assert not message.endswith(".")
    assert hint.startswith("hint: make one with: dam-cli setup-db")


@pytest.mark.parametrize("level", ["WARNING", "DEBUG"])
def test_how_much_is_logged_is_up_to_the_setting(bare_dam: CommandInProcess, level: str, media: Path) -> None:
    made = bare_dam("setup-db", env={"DAM_LOG_LEVEL": level})
    assert made.exit_code == 0
    assert ("alembic" in made.stderr) == (level == "DEBUG")
    assert len(made.stdout.splitlines()) == 1
