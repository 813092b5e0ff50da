"""`dam-cli add-asset --dry-run`: says what would happen, and writes nothing at all."""

import os
from collections import Counter
from pathlib import Path

import pytest

from dam.ingest.options import AddOptions
from dam.library import Library
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, counts, everything, write

UNREADABLE = Path("/proc/version")
"""A regular file whose size is not what it gives: reading it fails."""


def test_nothing_is_written_anywhere(filled: CommandInProcess, media: Path) -> None:
    write(media / "fresh.txt", b"fresh")
    before = everything()
    told = filled("add-asset", "--dry-run", "-r", media)
    assert told.exit_code == 0
    assert "dry run, nothing written: 5 seen: 1 new" in told.stderr
    assert everything() == before


def test_two_equal_new_files_are_one_new_and_one_duplicate(library: CommandInProcess, tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", b"equal"), write(tmp_path / "b", b"equal")
    told = add(library, "-n", a, b)
    assert (told["a"]["status"], told["b"]["status"]) == ("new", "duplicate")
    assert told["a"]["entity"] is None


@pytest.mark.parametrize("options", [[], ["--no-copy"]], ids=["copied", "in place"])
def test_it_foretells_just_what_happens_then(
    library: CommandInProcess, media: Path, tmp_path: Path, options: list[str]
) -> None:
    add(library, *options, media / "lake.jpg", write(tmp_path / "old.txt", b"old"))
    add(library, "--no-copy", write(tmp_path / "in-place.txt", b"in place"))
    write(media / "equal.png", (media / "hill.png").read_bytes())
    write(tmp_path / "old.txt", b"edited")
    (media / "link").symlink_to("lake.jpg")
    arguments: list[str | Path] = [
        *options,
        "-r",
        media,
        media / "hill.png",
        tmp_path / "old.txt",
        tmp_path / "in-place.txt",
        tmp_path / "gone",
    ]
    told = library("add-asset", "-n", "--json", *arguments)
    done = library("add-asset", "--json", *arguments)
    assert [(one["path"], one["status"], one["sha256"]) for one in told.json] == [
        (one["path"], one["status"], one["sha256"]) for one in done.json
    ]
    assert counts(told) == counts(done)
    assert told.exit_code == done.exit_code == 3


def test_bad_inputs_are_told_too_with_the_exit_code_they_will_have(
    library: CommandInProcess, media: Path
) -> None:
    told = library("add-asset", "-n", media)
    assert told.exit_code == 3
    assert "is a folder" in told.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_it_can_be_stopped_between_two_files_of_one_folder(
    library: CommandInProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path, workers: str
) -> None:
    library_environment.setenv("DAM_WORKERS", workers)
    # More than several workers can have in hand between two questions.
    for number in range(1000):
        write(tmp_path / "files" / f"{number}", b"%d" % number)
    asked = 0

    def is_enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with Library.open() as opened:
        options = AddOptions(recursive=True, dry_run=True)
        run = opened.add_in_groups([os.fsencode(tmp_path / "files")], options, is_enough)
        told = [added.status for group in run for added in group]
        assert run.is_cut_short
    assert len(told) < 1000
    assert set(told) <= {"new"}


@pytest.mark.parametrize("bad", [UNREADABLE, Path("gone")], ids=["unreadable", "missing"])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_it_stops_at_the_first_failure_if_told_so(
    program: CommandProcess, tmp_path: Path, bad: Path, workers: str
) -> None:
    first = write(tmp_path / "first", b"first")
    # In two folders: more of one may be read already than are done in order.
    for number in range(600):
        write(tmp_path / "many" / f"{number % 2}" / f"{number}", b"%d" % number)
    arguments: list[str | Path] = ["-j", workers, first, bad, "-r", tmp_path / "many"]
    told = program("add-asset", "-n", "--json", "--on-error", "stop", *arguments)
    assert told.exit_code == 3
    ends = Counter(one["status"] for one in told.json)
    assert ends["failed"] == 1
    assert ends["new"] >= 1, "what came before it is foretold"
    assert counts(told)["seen"] == ends.total() < 602
    assert told.stderr.endswith("stopped at the first failure: the rest was not looked at\n")
    assert counts(program("add-asset", "-n", *arguments))["seen"] == 602
