"""The options of `dam-cli add-asset` that say what is read, by how many, and when it ends."""

import json
import os
import select
import subprocess
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import update

from dam.commands.duration import seconds_of
from dam.errors import UsageError
from dam.ingest.options import AddOptions
from dam.ingest.walk import SILENT_FOLDERS
from dam.library import Library
from dam.models.file_location_component import FileLocationComponent
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, counts, show, write
from tests.commands.faulty import install_faulty

UNREADABLE = Path("/proc/version")
"""A regular file whose size is not what it gives: reading it fails."""
STATUS = ("mode", "uid", "gid", "mtime_ns", "ctime_ns", "ino", "nlink")
FILES = 600
"""More small files than workers are given at once."""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder with many small files."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:03}").write_text(f"number {number}")
    return folder


def set_seen(path: Path, seconds: float) -> None:
    """Make the row say that the file was read so many seconds after it was touched, as it is now."""
    status = path.stat()
    touched = datetime.fromtimestamp(status.st_ctime_ns // 1000 / 1e6, UTC)
    with Library.open() as library, library.world() as world:
        world.session.execute(
            update(FileLocationComponent)
            .where(FileLocationComponent.name == os.fsencode(path.name))
            .values(
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
                ctime_ns=status.st_ctime_ns,
                last_seen=touched + timedelta(seconds=seconds),
            )
        )


def tree(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return the bytes of all files and all that their status says, but for when they were read."""
    return {
        str(path.relative_to(folder)): (
            path.read_bytes(),
            *(getattr(path.stat(), f"st_{name}") for name in STATUS),
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_change_that_nothing_shows_is_found_only_with_rehash(
    library: CommandInProcess, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.txt", b"one")
    before = add(library, file)["a.txt"]
    write(file, b"two")  # With the same size, and the same time to the nanosecond.
    set_seen(file, 3600)
    assert add(library, file)["a.txt"]["entity"] == before["entity"]
    assert add(library, "-n", "--rehash", file)["a.txt"]["status"] == "new"
    found = add(library, "--rehash", file)["a.txt"]
    assert found["status"] == "new"
    assert found["entity"] != before["entity"]
    assert show(library, before["entity"])["locations"] == []


def test_with_rehash_what_has_not_changed_is_unchanged_all_the_same(
    filled: CommandInProcess, media: Path
) -> None:
    again = filled("add-asset", "--rehash", "-r", media)
    assert again.exit_code == 0
    assert counts(again)["unchanged"] == 4


@pytest.mark.parametrize(("seconds", "status"), [(0.5, "new"), (1.9, "new"), (2.1, "unchanged")])
def test_a_file_that_was_touched_shortly_before_it_was_read_is_read_again(
    library: CommandInProcess, tmp_path: Path, seconds: float, status: str
) -> None:
    file = write(tmp_path / "a.txt", b"one")
    add(library, file)
    write(file, b"two")
    set_seen(file, seconds)
    assert add(library, file)["a.txt"]["status"] == status


def test_jobs_overrides_the_setting(
    program: CommandProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install_faulty(tmp_path / "plugins", library_environment)
    assert program("setup-db").exit_code == 0
    crash = write(tmp_path / "crash", b"faulty crash")
    alone = program("add-asset", "-j", "0", crash, env={"DAM_WORKERS": "2"})
    assert alone.exit_code == 128 + 11  # Without workers a crash takes the program along.
    contained = program("add-asset", "-j", "2", crash, env={"DAM_WORKERS": "0"})
    assert contained.exit_code == 0
    assert "(1 with problems: see show)" in contained.stderr
    fine = write(tmp_path / "fine", b"faulty fine")
    assert program("add-asset", "--jobs", "cpus", fine).exit_code == 0


def test_cpus_means_as_many_jobs_as_this_process_may_use_cpus(
    library: CommandInProcess, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(99999)))
    counted = library("add-asset", "-n", "-j", "cpus", media / "notes.txt")
    named = library("add-asset", "-n", "-j", "99999", media / "notes.txt")
    assert counted.exit_code == 2, "so many are refused, which one is not"
    assert counted.stderr == named.stderr


@pytest.mark.parametrize("value", ["x", "", "-1", "1.5", "CPUS", "99999", "\u0664"])
def test_a_bad_number_of_jobs_is_a_usage_error(library: CommandInProcess, media: Path, value: str) -> None:
    refused = library("add-asset", f"--jobs={value}", media / "notes.txt")
    assert refused.exit_code == 2
    assert "--jobs" in refused.stderr or "DAM_WORKERS" in refused.stderr


def test_after_a_failure_the_rest_is_added_unless_told_otherwise(
    library: CommandInProcess, many: Path
) -> None:
    for option in ([], ["--on-error", "continue"]):
        added = library("add-asset", *option, UNREADABLE, "-r", many)
        assert added.exit_code == 3
        assert counts(added)["seen"] == FILES + 1
        assert counts(added)["failed"] == 1


@pytest.mark.parametrize("bad", [UNREADABLE, Path("gone")], ids=["unreadable", "missing"])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_on_error_stop_ends_after_the_first_failure_and_the_next_run_goes_on(
    library: CommandInProcess, program: CommandProcess, many: Path, bad: Path, workers: str
) -> None:
    stopped = program("add-asset", "--json", "-j", workers, "--on-error", "stop", bad, "-r", many)
    assert stopped.exit_code == 3
    ends = Counter(one["status"] for one in stopped.json)
    assert ends["failed"] == 1
    assert stopped.stderr.endswith("stopped at the first failure: the same command goes on from there\n")
    assert counts(stopped)["seen"] == ends.total() < FILES + 1
    # What was read is acknowledged, and what is not was not added.
    (before,) = library("status", "--json").json
    assert before["entities"] == ends["new"]
    again = library("add-asset", bad, "-r", many)
    assert counts(again) == {
        "seen": FILES + 1,
        "new": FILES - ends["new"],
        "duplicate": 0,
        "unchanged": ends["new"],
        "skipped": 0,
        "failed": 1,
    }


def test_what_to_do_on_an_error_is_one_of_two_things(library: CommandInProcess, media: Path) -> None:
    refused = library("add-asset", "--on-error", "retry", media)
    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == [
        "dam-cli: bad option: --on-error retry",
        "hint: it is stop or continue",
    ]


def test_at_the_time_limit_it_ends_well_and_the_next_run_completes(
    library: CommandInProcess, many: Path
) -> None:
    late = library("add-asset", "--time-limit", "0.001s", "-r", many)
    assert late.exit_code == 0
    assert "the time limit is reached: the same command goes on from there" in late.stderr
    assert counts(late)["seen"] < FILES
    rest = library("add-asset", "--time-limit", "2h", "-r", many)
    assert rest.exit_code == 0
    assert counts(late)["new"] + counts(rest)["new"] == FILES
    assert "limit" not in rest.stderr


def test_a_dry_run_has_a_time_limit_too(library: CommandInProcess, many: Path) -> None:
    late = library("add-asset", "-n", "--time-limit", "0.001", "-r", many)
    assert late.exit_code == 0
    assert "the time limit is reached: the rest was not looked at" in late.stderr
    assert counts(late)["seen"] < FILES


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("45m", 2700),
        ("1h30m", 5400),
        ("2h", 7200),
        ("1.5h", 5400),
        ("2d", 172800),
        (" 2H ", 7200),
        ("0.001s", 0.001),
    ],
)
def test_a_duration_is_written_as_people_do(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@given(*[st.integers(0, 999) for _ in range(4)])
def test_the_parts_of_a_duration_add_up(days: int, hours: int, minutes: int, seconds: int) -> None:
    assume(days or hours or minutes or seconds)
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    parts = zip((days, hours, minutes, seconds), "dhms", strict=True)
    assert seconds_of("".join(f"{number}{unit}" for number, unit in parts if number)) == whole


@given(st.text(max_size=8))
def test_any_other_text_is_refused_and_nothing_worse(text: str) -> None:
    with suppress(UsageError):
        assert seconds_of(text) > 0


@pytest.mark.parametrize(
    "text", ["soon", "0", "0s", "0h0m", "-5", "1ms", "1h30", "30m1h", "", "5 s", "\u0665s"]
)
def test_what_is_no_duration_is_a_usage_error(library: CommandInProcess, media: Path, text: str) -> None:
    refused = library("add-asset", f"--time-limit={text}", media / "notes.txt")
    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == [
        f"dam-cli: bad duration: {text}",
        "hint: write it like 90s, 45m or 1h30m",
    ]


def test_symbolic_links_are_skipped_unless_they_are_to_be_followed(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "file").symlink_to(media / "lake.jpg")
    (folder / "folder").symlink_to(media)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere").symlink_to("nothing")
    left = add(library, "-r", folder)
    assert sorted(left) == ["file", "folder", "loop", "nowhere"]
    assert {(one["status"], one["error"]) for one in left.values()} == {("skipped", "is a symbolic link")}
    followed = library("add-asset", "--json", "--follow-links", "-r", folder)
    assert followed.exit_code == 0
    ends = {os.path.relpath(one["path"], folder): one["status"] for one in followed.json}
    assert ends.pop("folder/lake.jpg") == "duplicate"
    assert ends == {
        "file": "new",
        "folder/hill.png": "new",
        "folder/lake-small.png": "new",
        "folder/notes.txt": "new",
        "loop": "skipped",
        "nowhere": "skipped",
    }
    again = library("add-asset", "-L", "-r", folder)
    assert (counts(again)["unchanged"], counts(again)["skipped"]) == (5, 2)


@pytest.mark.parametrize("options", [[], ["-n"], ["--no-copy"], ["--rehash"]], ids=str)
def test_everything_that_is_seen_ends_in_one_of_five_ways(
    filled: CommandInProcess, media: Path, tmp_path: Path, options: list[str]
) -> None:
    write(media / "new.txt", b"new")
    write(media / "inner" / "duplicate.txt", (media / "notes.txt").read_bytes())
    os.mkfifo(media / "inner" / "pipe")
    arguments: list[str | Path] = [*options, "--json", "-r", media, UNREADABLE, tmp_path / "gone"]
    added = filled("add-asset", *arguments)
    ends = Counter(one["status"] for one in added.json)
    assert ends == {"new": 1, "duplicate": 1, "unchanged": 4, "skipped": 1, "failed": 2}
    assert counts(added) == {"seen": 9, **ends}


@pytest.mark.parametrize("options", [[], ["--no-copy"], ["-n"], ["--rehash"], ["-j", "2"]], ids=str)
def test_the_files_that_are_added_do_not_change(
    program: CommandProcess, media: Path, options: list[str]
) -> None:
    (media / "hard link").hardlink_to(media / "notes.txt")
    before = tree(media)
    for _ in range(2):
        added = program("add-asset", *options, "-r", media)
        assert added.exit_code == 0, added.stderr
        assert tree(media) == before


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_result_is_told_before_the_next_path_comes(
    program: CommandProcess, media: Path, workers: str
) -> None:
    process = program.start(
        "add-asset", "--json", "-j", workers, "--from-file", "-", "-0", stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for path in sorted(media.iterdir()):
        process.stdin.write(os.fsencode(path) + b"\0")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 60)[0], f"nothing is said of {path}"
        told = json.loads(process.stdout.readline())
        assert (told["path"], told["status"]) == (str(path), "new")
    ended = program.finish(process)
    assert ended.exit_code == 0
    assert "4 seen: 4 new" in ended.stderr


@pytest.mark.parametrize("dry_run", [False, True], ids=["adding", "dry run"])
def test_a_run_can_be_stopped_among_folders_without_files(
    library: CommandInProcess, tmp_path: Path, dry_run: bool
) -> None:
    for number in range(4 * SILENT_FOLDERS):
        (tmp_path / "empty" / f"{number}").mkdir(parents=True)
    asked = 0

    def is_enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    with Library.open() as opened:
        options = AddOptions(recursive=True, dry_run=dry_run)
        run = opened.add_in_groups([os.fsencode(tmp_path / "empty")], options, is_enough)
        assert [added for group in run for added in group] == []
        assert run.is_cut_short
