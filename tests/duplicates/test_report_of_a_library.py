"""A report on the pictures of a real library."""

import os
from pathlib import Path

import pytest

from dam.duplicates.group import Distances, Group, Likeness, Member
from dam.duplicates.report import duplicates_report
from dam.library import Library
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.duplicates.outline import TIMES, read


@pytest.fixture
def library(
    dam: CommandInProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path
) -> CommandInProcess:
    """A library with a lake, a smaller copy of it, and a text."""
    library_environment.setenv("DAM_WORKERS", "0")
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "lake.jpg").write_bytes(encoded(photo(1), quality=90))
    (folder / "again.jpg").write_bytes(encoded(photo(1), quality=90))
    (folder / "small.png").write_bytes(encoded(photo(1).resize((160, 120)), "PNG"))
    (folder / "notes.txt").write_text("no picture")
    assert dam("setup-db").exit_code == 0
    assert dam("add-asset", "-r", folder).exit_code == 0
    return dam


def test_it_shows_dimensions_previews_and_places(library: CommandInProcess, tmp_path: Path) -> None:
    with Library.open() as opened:
        lake, small, notes = (
            opened.find_by_path(os.fsencode(tmp_path / "media" / name))[0]
            for name in ("lake.jpg", "small.png", "notes.txt")
        )
        groups = [
            Group(Likeness.BYTES, lake),
            Group(Likeness.NEAR, lake, (Member(small, Distances(4, 0, 0, 0)), Member(notes))),
        ]
        with duplicates_report(os.fsencode(tmp_path / "out.html"), opened.appearance) as report:
            for group in groups:
                report.add(group, opened.assets([group.best, *(one.entity for one in group.members)]))
        previews = [opened.preview(lake), opened.preview(small)]

    outline = read(tmp_path / "out.html")
    assert f"160 {TIMES} 120" in outline.texts["picture"][1]
    assert "image/png" in outline.texts["picture"][1]
    assert "notes.txt\n10 bytes · text/plain" in outline.texts["picture"][2]
    assert outline.texts["missing"] == ["No preview"]
    for name in ("lake.jpg", "again.jpg"):
        assert str(tmp_path / "media" / name) in outline.texts["picture"][0]
    sources = [value for name, value in outline.attributes if name == "src"]
    assert sources == [data_uri(previews[0])] * 2 + [data_uri(previews[1])]


def data_uri(preview: bytes | None) -> str:
    from base64 import b64encode

    assert preview is not None
    return f"data:image/jpeg;base64,{b64encode(preview).decode()}"
