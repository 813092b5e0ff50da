"""Progress: a bar for a terminal, lines in the log for whoever asks, and never a word on stdout."""

import json
import logging
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dam.commands import progress
from dam.commands.progress import Progress, in_words
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import write
from tests.commands.terminal import read_some, watched


def test_a_terminal_shows_how_much_there_is_in_all(
    plugged: CommandProcess, tmp_path: Path, library_environment: pytest.MonkeyPatch
) -> None:
    library_environment.setenv("DAM_WORKERS", "1")
    library_environment.setenv("DAM_VISIT_TIMEOUT", "3")
    # Large ones travel alone: the first is done while the second one hangs.
    for name, order in (("a", "fine"), ("b", "hang"), ("c", "fine")):
        write(tmp_path / "in" / name, b"faulty %s %s" % (order.encode(), name.encode() * 1_100_000))
    added = watched(plugged, "add-asset", "-r", tmp_path / "in")
    assert added.exit_code == 0
    assert re.search(r"adding: [12] of 3, \d/s", added.text), added.text


def test_a_terminal_shows_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("rich.console.monotonic", lambda: now)
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with Progress("adding") as counted:
            counted.expect(files=6, size=0)
            for now in (10.0, 20.0, 30.0):  # noqa: B007 - the clock's hand
                counted.advance()
            shown = b""
            # Three more, of which each took ten seconds so far.
            while b"0:00:30" not in shown and shown.count(b"adding") < 300:
                shown += read_some(ours)
    os.close(ours)
    assert re.search(rb"adding: 3 of 6, [^\r\n]*0:00:30", shown), shown


def test_a_terminal_shows_files_bytes_rates_and_failures(
    program: CommandProcess, media: Path, tmp_path: Path
) -> None:
    added = watched(program, "add-asset", "-r", media, tmp_path / "gone")
    assert added.exit_code == 3
    last = added.text.split("adding: ")[-1]
    number = r"\d+(\.\d)?"
    pattern = rf"5( of 5)?, \d+/s, {number} kB, {number} [kM]?B/s, 1 failed "
    assert re.match(pattern, last), added.text
    assert "5 seen: 4 new" in last
    # The answer is elsewhere, and whole.
    assert added.stdout.count(b"\n") == 5
    assert str(media / "lake.jpg") not in added.text


@pytest.mark.parametrize("command", ["add-asset -r media", "run --retry-failed", "scan"])
def test_a_bar_does_not_swallow_answers(
    filled: CommandInProcess, program: CommandProcess, media: Path, command: str
) -> None:
    assert filled("add-asset", write(media / "half.png", encoded(photo(4), "PNG")[:2000])).exit_code == 0
    arguments = [*command.split(), "--json"]
    piped = filled(*arguments)
    answered = watched(program, *arguments)
    assert answered.stdout.decode() == piped.stdout != ""
    assert "{" not in answered.text


@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_without_a_terminal_the_log_has_a_line_of_what_hangs_for_whoever_wants_it(
    plugged: CommandProcess, tmp_path: Path, level: str
) -> None:
    hanging = write(tmp_path / "in" / "hang", b"faulty hang")
    # Longer than the log keeps silent; nothing else comes to be counted meanwhile.
    added = plugged("add-asset", "--json", hanging, env={"DAM_LOG_LEVEL": level, "DAM_VISIT_TIMEOUT": "7"})
    assert (added.exit_code, len(added.json)) == (0, 1)
    told = [line for line in added.stderr.splitlines() if "dam.progress" in line]
    assert told[:1] == [f"INFO dam.progress: adding: 0, 0/s; waiting for {hanging} (faulty.act)"] * (
        level == "INFO"
    )


def test_a_list_that_is_long_in_coming_does_not_silence_the_log(
    program: CommandProcess, library: CommandInProcess, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "list")
    adding = program.start("add-asset", "--from-file", tmp_path / "list", env={"DAM_LOG_LEVEL": "INFO"})
    with (tmp_path / "list").open("wb") as names:
        names.write(b"%s\n" % bytes(write(tmp_path / "a", b"a")))
        names.flush()
        assert adding.stderr is not None
        first, second = (adding.stderr.readline().decode() for _ in range(2))
    assert re.fullmatch(r"INFO dam\.progress: adding: 1, \d/s, 1 B, \d B/s\n", first)
    assert second.startswith("INFO dam.progress: adding: 1, 0/s, 1 B, ")
    assert program.finish(adding).exit_code == 0


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_the_log_ends_with_a_run_that_is_interrupted(
    plugged: CommandProcess, tmp_path: Path, ended_by: signal.Signals
) -> None:
    hanging = write(tmp_path / "in" / "hang", b"faulty hang")
    adding = plugged.start("add-asset", hanging, env={"DAM_LOG_LEVEL": "INFO"})
    assert adding.stderr is not None
    line = adding.stderr.readline()
    assert b"waiting for" in line
    adding.send_signal(ended_by)
    result = plugged.finish(adding)
    assert result.exit_code == 128 + ended_by
    assert "Traceback" not in result.stderr
    assert "0 seen" in result.stderr


def test_a_stderr_that_nobody_reads_or_that_is_closed_disturbs_nothing(
    plugged: CommandProcess, tmp_path: Path
) -> None:
    hanging = write(tmp_path / "in" / "hang", b"faulty hang")
    command: list[str | Path] = [plugged.program, "add-asset", "--json", "--rehash", hanging]
    environment = {**os.environ, "DAM_LOG_LEVEL": "INFO", "DAM_VISIT_TIMEOUT": "7"}
    unread, stderr = os.pipe()
    os.close(unread)
    with os.fdopen(stderr, "wb") as broken:
        for end in (lambda: None, lambda: os.close(2)):
            done = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, stderr=broken, check=True, preexec_fn=end
            )
            assert json.loads(done.stdout)["entity"] == 1


def said(caplog: pytest.LogCaptureFixture, count: int) -> list[str]:
    """Wait until the log has so many lines, and return them."""
    deadline = time.monotonic() + 60
    while len(caplog.messages) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return caplog.messages


def test_lines_come_with_time_and_not_with_files(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caplog.at_level(logging.INFO, "dam.progress"):
        with Progress("adding") as counted:
            for _ in range(700):
                counted.advance(size=1000)
        assert caplog.messages == []
        monkeypatch.setattr(progress, "_EVERY", 0.01)
        with Progress("adding") as counted:
            counted.advance(size=1000)
            assert all(line.startswith("adding: 1, ") for line in said(caplog, 3))
        at_the_end = len(caplog.messages)
        time.sleep(0.05)
        assert len(caplog.messages) == at_the_end


def test_what_is_waited_for_is_told_only_if_nothing_else_was_done(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.01)
    with caplog.at_level(logging.INFO, "dam.progress"), Progress("adding") as counted:
        counted.ask(lambda: ["what hangs", "and that"])
        while len(caplog.messages) < 5:
            counted.advance()
        assert not any("waiting" in line for line in caplog.messages[:5])
        assert said(caplog, len(caplog.messages) + 3)[-1].endswith("; waiting for what hangs, and that")


def test_an_error_while_asking_what_is_waited_for_ends_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.01)
    with caplog.at_level(logging.INFO, "dam.progress"), Progress("adding") as counted:
        counted.ask(lambda: [str(1 // 0)])
        assert said(caplog, 2)[-1] == "adding: 0, 0/s"


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
