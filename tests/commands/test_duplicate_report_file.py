"""`find-duplicates --report`: the page and what the terminal says of it."""

import os
from pathlib import Path

import pytest

from dam.commands.progress import in_words
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.duplicate_groups import answer, families
from tests.commands.facts import add, write
from tests.duplicates.outline import read


@pytest.fixture
def lakes(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with something in each class."""
    add(library, "-r", families(tmp_path / "media"))
    return library


def test_the_page_has_the_groups_and_the_terminal_says_where_it_is(
    lakes: CommandInProcess, tmp_path: Path
) -> None:
    report = tmp_path / "out.html"
    _, summary, _ = answer(lakes)
    made = lakes("find-duplicates", "--report", report)
    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr.splitlines() == [
        "compared 9 pictures, each with each",
        f"3 groups of duplicates: {in_words(summary['saved'])} could be saved",
        f"3 shown in {report}",
    ]
    texts = read(report).texts
    best, pictures = texts["picture best"], texts["picture"]
    # One entity at two places, four files of the same pixels, and four that are near.
    assert len(best + pictures) == 1 + 4 + 4
    assert len(best) == 2
    for name in ("backup/lake.jpg", "lake.png", "small.jpg"):
        assert any(str(tmp_path / "media" / name) in text for text in pictures)
    assert not any("hill.jpg" in text for text in pictures)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_page_is_not_written_to_stdout(lakes: CommandInProcess, tmp_path: Path, form: list[str]) -> None:
    refused = lakes("find-duplicates", "--report", "-", *form, cwd=tmp_path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "dam-cli: cannot write: -: the page is a file, not text for a terminal\n"
    assert not (tmp_path / "-").exists()


def test_with_json_groups_are_printed_as_well(lakes: CommandInProcess, tmp_path: Path) -> None:
    report = tmp_path / "out.html"
    found, summary, result = answer(lakes, "--report", report)
    assert (len(found), summary["groups"], result.exit_code) == (3, 3, 0)
    assert report.exists()
    assert "shown in" not in result.stderr


def test_nothing_found_is_a_page_that_says_so(library: CommandInProcess, tmp_path: Path) -> None:
    made = library("find-duplicates", "--report", tmp_path / "out.html")
    assert (made.exit_code, made.stdout) == (1, "")
    assert made.stderr.endswith("no duplicates found\n")
    assert "No group is shown." in (tmp_path / "out.html").read_text()


def test_an_older_report_is_replaced_and_nothing_else(lakes: CommandInProcess, tmp_path: Path) -> None:
    report = tmp_path / "out.html"
    assert lakes("find-duplicates", "--report", report, "--class", "byte").exit_code == 0
    before = report.read_bytes()
    assert lakes("find-duplicates", "--report", report).exit_code == 0
    assert report.read_bytes() != before
    letter = write(tmp_path / "letter.html", b"<p>Dear Anna")
    refused = lakes("find-duplicates", "--report", letter)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"dam-cli: cannot write: {letter}: it exists, and is no report\nhint: choose another name\n"
    )
    assert letter.read_bytes() == b"<p>Dear Anna"


@pytest.mark.parametrize("target", ["", "missing/out.html", "media", "media/lake.png/out.html"])
def test_a_page_that_cannot_be_written_is_said_before_anything_is_searched(
    lakes: CommandInProcess, tmp_path: Path, target: str
) -> None:
    before = sorted(os.listdir(tmp_path))
    refused = lakes("find-duplicates", "--json", "--report", target)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("dam-cli: cannot write: ")
    assert sorted(os.listdir(tmp_path)) == before


def test_a_folder_that_may_not_be_written_to_is_a_usage_error(
    lakes: CommandInProcess, unprivileged: CommandProcess, tmp_path: Path
) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    refused = unprivileged("find-duplicates", "--report", tmp_path / "closed" / "out.html")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "permission denied" in refused.stderr
