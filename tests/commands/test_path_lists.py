"""Lists of paths from a file or from another program; an empty list means nothing, never everything."""

import os
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess


@pytest.mark.parametrize("source", ["-", "list.txt"])
def test_listed_paths_are_added_like_arguments(
    library: CommandInProcess, media: Path, tmp_path: Path, source: str
) -> None:
    listed = f"{media / 'hill.png'}\n\n{media / 'notes.txt'}"
    (tmp_path / "list.txt").write_text(listed)
    added = library("add-asset", "--json", "--from-file", source, media / "lake.jpg", stdin=listed)

    assert added.exit_code == 0, added.stderr
    assert [Path(one["path"]).name for one in added.json] == ["lake.jpg", "hill.png", "notes.txt"]


def test_a_list_with_nuls_holds_any_name(library: CommandInProcess, tmp_path: Path) -> None:
    names = [b"new\nline", b"not \xff utf-8"]
    for name in names:
        Path(os.fsdecode(tmp_path), os.fsdecode(name)).write_bytes(name)
    listed = b"".join(os.fsencode(tmp_path) + b"/" + name + b"\0" for name in names)
    added = library("add-asset", "--json", "-0", "--from-file", "-", stdin=listed)

    assert [os.path.basename(os.fsencode(one["path"])) for one in added.json] == names


@pytest.mark.parametrize("listed", ["", "\n\n"])
def test_an_empty_list_adds_nothing(library: CommandInProcess, media: Path, listed: str) -> None:
    added = library("add-asset", "-r", "--from-file", "-", stdin=listed, cwd=media)

    assert (added.exit_code, added.stdout) == (0, "")
    assert "0 seen" in added.stderr


def test_no_path_and_no_list_is_a_usage_error(library: CommandInProcess) -> None:
    refused = library("add-asset")

    assert refused.exit_code == 2
    assert "nothing to add: no path was given" in refused.stderr


def test_how_a_list_is_written_without_a_list_is_a_usage_error(
    library: CommandInProcess, media: Path
) -> None:
    refused = library("add-asset", "-0", media / "notes.txt", stdin="")

    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[-2:] == [
        "dam-cli: bad option: --null: there is no list",
        "hint: give one with --from-file",
    ]


def test_a_list_that_cannot_be_read_is_a_usage_error(library: CommandInProcess, tmp_path: Path) -> None:
    refused = library("add-asset", "--from-file", tmp_path / "no-list")

    assert refused.exit_code == 2
    assert "no-list: no such file or directory" in refused.stderr


def test_an_empty_path_is_no_path_and_never_this_folder(library: CommandInProcess, media: Path) -> None:
    added = library("add-asset", "-r", "", cwd=media)

    assert added.exit_code == 3
    assert "1 seen: 0 new" in added.stderr
    for command in (["find-file-by-hash", "-f", ""], ["find-similar-images", ""]):
        assert library(*command, cwd=media).exit_code == 2
    assert library("show", "", cwd=media).exit_code == 1


def test_a_list_that_breaks_off_is_named(library: CommandInProcess) -> None:
    broken = library("add-asset", "--from-file", "/proc/self/mem")
    assert broken.exit_code == 2
    assert broken.stderr.splitlines()[-1] == "dam-cli: cannot read: /proc/self/mem: input/output error"
