"""Progress: a bar for a terminal, lines in the log for whoever asks, and never a word on stdout."""

import logging
import os
import pty
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from dam.commands import progress
from dam.commands.progress import Progress, in_words
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import write


def watched(program: CommandProcess, *arguments: str | Path) -> tuple[int, bytes, str]:
    """Run the program with its stderr on a terminal; return its exit code, its stdout and what is shown."""
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [program.program, *arguments],
        env={**os.environ, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        # Little enough for the pipe to hold until the end.
        while chunk := _read(ours):
            shown += chunk
        assert process.stdout is not None
        answer = process.stdout.read()
        code = process.wait(60)
    os.close(ours)
    return code, answer, re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""  # The other end is closed.


def test_a_terminal_shows_files_bytes_rates_failures_and_the_time_left(
    program: CommandProcess, media: Path, tmp_path: Path
) -> None:
    code, answer, shown = watched(program, "add-asset", "-r", media, tmp_path / "gone")
    assert code == 3
    last = shown.split("adding: ")[-1]
    number = r"\d+(\.\d)?"
    pattern = rf"5( of 5)?, \d+/s, {number} kB, {number} [kM]?B/s, 1 failed .*(\d:\d\d:\d\d|-:--:--)"
    assert re.match(pattern, last), shown
    assert "5 seen: 4 new" in last
    # The answer is elsewhere, and whole.
    assert answer.count(b"\n") == 5
    assert str(media / "lake.jpg") not in shown


@pytest.mark.parametrize("command", ["add-asset -r media", "run --retry-failed", "scan"])
def test_a_bar_does_not_swallow_answers(
    filled: CommandInProcess, program: CommandProcess, media: Path, command: str
) -> None:
    assert filled("add-asset", write(media / "half.png", encoded(photo(4), "PNG")[:2000])).exit_code == 0
    arguments = [*command.split(), "--json"]
    piped = filled(*arguments)
    _, answer, shown = watched(program, *arguments)
    assert answer.decode() == piped.stdout != ""
    assert "{" not in shown


@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_without_a_terminal_the_log_has_lines_for_whoever_wants_them(
    library: CommandInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    added = library("add-asset", "--json", write(tmp_path / "a", b"a"), env={"DAM_LOG_LEVEL": level})
    assert len(added.json) == 1
    told = [line for line in added.stderr.splitlines() if "dam.progress" in line]
    assert len(told) == (level == "INFO")
    assert all(re.match(r"INFO dam\.progress: adding: 1, \d+/s, 1 B, ", line) for line in told)


def test_a_line_comes_every_few_seconds_and_not_with_every_file(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("dam.commands.progress.time", SimpleNamespace(monotonic=lambda: now))
    with caplog.at_level(logging.INFO, "dam.progress"), Progress("adding") as counted:
        for _ in range(700):
            now += 1 / 64
            counted.advance(size=1000)
    assert [record.message for record in caplog.records] == [
        "adding: 321, 64/s, 321 kB, 64.0 kB/s",
        "adding: 642, 64/s, 642 kB, 64.0 kB/s",
    ]


def test_rates_are_told_from_the_first_moment_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dam.commands.progress.time", SimpleNamespace(monotonic=lambda: 7.0))
    with Progress("adding") as counted:
        assert str(counted) == "adding: 0, 0/s"
        counted.advance(2, size=3)
        assert str(counted) == "adding: 2, 2000/s, 3 B, 3.0 kB/s"
        counted.expect(files=3, size=9)
        counted.advance(failures=1)
        assert str(counted) == "adding: 3 of 3, 3000/s, 3 B, 3.0 kB/s, 1 failed"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (123_456, "123 kB"),
        (3.7e6, "3.7 MB"),
        (2.5e9, "2.5 GB"),
        (4e12, "4.0 TB"),
        (9e15, "9000.0 TB"),
    ],
)
def test_sizes_are_told_as_people_say_them(size: float, text: str) -> None:
    assert in_words(size) == text
