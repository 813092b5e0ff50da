"""`dam-cli add-asset --dry-run`: says what would happen, and writes nothing at all."""

from pathlib import Path

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import add, counts, everything, write


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
