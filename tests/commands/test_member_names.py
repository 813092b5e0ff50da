"""What is in archives is named by its place there, wherever an asset is asked for."""

from pathlib import Path

import pytest

from dam.models.archive.samples import zipped
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import paths_of, sha256, show, write

LAKE = encoded(photo(1), quality=90)
HILL = encoded(photo(2), "PNG")


def test_a_member_is_named_by_its_place_in_archives(
    library: CommandInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = zipped({"x!/lake.jpg": LAKE, "../hill.png": HILL})
    write(tmp_path / "odd!" / "outer.zip", zipped({"in/inner.zip": inner, "lake.txt": b"a lake"}))
    smaller = write(tmp_path / "smaller.jpg", encoded(photo(1).resize((160, 120))))
    library("add-asset", "-r", tmp_path / "odd!")
    library("add-asset", smaller)

    monkeypatch.chdir(tmp_path)
    outer = "odd!/outer.zip"
    lake, hill = f"{outer}!/in/inner.zip!/x!/lake.jpg", f"{outer}!/in/inner.zip!/../hill.png"
    assert show(library, lake)["sha256"] == sha256(LAKE)
    assert show(library, hill)["sha256"] == sha256(HILL)
    assert show(library, f"{outer}!/in/inner.zip")["sha256"] == sha256(inner)
    assert library("get", hill, "-o", tmp_path / "hill.png").exit_code == 0
    assert (tmp_path / "hill.png").read_bytes() == HILL
    assert library("relate", "alternate-of", lake, smaller).exit_code == 0
    assert library("relations", lake).exit_code == 0
    for command in ("find-similar", "find-similar-images"):
        (found,) = library(command, lake, "--json").json
        assert paths_of(found) == {str(smaller)}

    for wrong in (f"{outer}!/lake.jpg", f"{outer}!/in/inner.zip!/", "none.zip!/lake.txt", "smaller.jpg!/x"):
        assert library("show", wrong).exit_code == 1
        assert library("get", wrong).exit_code == 1
        refused = library("find-similar", wrong)
        assert (refused.exit_code, "the library has no such asset" in refused.stderr) == (1, True)


def test_a_name_that_an_archive_has_twice_names_both(library: CommandInProcess, tmp_path: Path) -> None:
    data = zipped({"pic_1": b"first", "pic_2": b"second"})
    archive = write(tmp_path / "a.zip", data.replace(b"pic_2", b"pic_1"))
    library("add-asset", archive)

    shown = library("show", f"{archive}!/pic_1", "--json").json
    assert {asset["sha256"] for asset in shown} == {sha256(b"first"), sha256(b"second")}
    refused = library("get", f"{archive}!/pic_1")
    assert refused.exit_code == 2
    assert refused.stderr.endswith(f"entities {shown[0]['entity']}, {shown[1]['entity']} have this name\n")


def test_a_file_of_such_a_name_is_that_file(library: CommandInProcess, tmp_path: Path) -> None:
    archive = write(tmp_path / "a.zip", zipped({"b": b"in the archive"}))
    file = write(tmp_path / "a.zip!" / "b", b"in the folder")
    library("add-asset", archive, file)

    assert show(library, file)["sha256"] == sha256(b"in the folder")
    assert library("get", file).exit_code == 2
