"""Names that promise another format than the bytes have are told."""

from pathlib import Path

import pytest

from dam.models.archive.samples import zipped
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, sha256, show, write


def test_a_wrong_extension_is_told(library: CommandInProcess, tmp_path: Path) -> None:
    png = encoded(photo(1, (48, 32)), "PNG")
    write(tmp_path / "lake.gif", png)
    write(tmp_path / "lake.png", png)
    write(tmp_path / "lake", png)
    add(library, tmp_path / "lake.gif", tmp_path / "lake.png", tmp_path / "lake")
    shown = library("show", "1").stdout
    assert "  named   .gif, as image/gif would be\n" in shown
    assert shown.count("  named ") == 1
    assert show(library, 1)["misnamed"] == {"gif": "image/gif"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("program.pdf", b"\x7fELF\x02\x01\x01" + bytes(57)),
        ("archive.mp3", zipped({"a.txt": b"a"})),
        ("picture.docx", encoded(photo(1, (48, 32)), "PNG")),
        ("sidecar.jpg", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"),
        ("page.jpg", b"<!doctype html><title>a page</title>"),
    ],
)
def test_formats_of_every_kind_are_told_by_wrong_names(
    library: CommandInProcess, tmp_path: Path, name: str, data: bytes
) -> None:
    write(tmp_path / name, data)
    add(library, tmp_path / name)
    assert list(show(library, 1)["misnamed"]) == [name.rpartition(".")[2]]
    assert library("query", "--misnamed").exit_code == 0


def test_names_that_are_right_or_promise_nothing_are_not_mentioned(
    library: CommandInProcess, tmp_path: Path
) -> None:
    picture = photo(1, (48, 32))
    files = {
        "a.jpeg": encoded(picture),
        "b.backup": encoded(picture, "PNG"),
        "c.gif": b"no picture at all",
        "d.apng": encoded(photo(2, (48, 32)), "PNG"),
        "e.gif": encoded(picture, "GIF"),
    }
    for name, data in files.items():
        write(tmp_path / name, data)
        add(library, tmp_path / name)
        assert show(library, tmp_path / name)["misnamed"] == {}
    for number in range(1, len(files) + 1):
        assert "  named " not in library("show", str(number)).stdout


def test_adding_tells_how_many_names_are_wrong_and_if_asked_which(
    library: CommandInProcess, tmp_path: Path
) -> None:
    png, jpeg = encoded(photo(1, (48, 32)), "PNG"), encoded(photo(2, (48, 32)))
    for name in ("a.gif", "b.png", "c.xyz", "d.jpg"):
        write(tmp_path / "x" / name, png)
    write(tmp_path / "x" / "e.jpg", jpeg)
    write(tmp_path / "x" / "f.jpg", b"of no format")
    added = library("add-asset", "-r", tmp_path / "x")
    assert added.exit_code == 0
    assert "; 2 names promise another format: see query --misnamed\n" in added.stderr
    assert "named" not in added.stdout

    # What is unchanged was told before.
    assert "promise" not in library("add-asset", "-r", "-v", tmp_path / "x").stderr

    write(tmp_path / "y" / "g.pdf", jpeg)
    told = library("add-asset", "-v", tmp_path / "y" / "g.pdf")
    assert told.stdout.endswith("g.pdf  (named .pdf, as application/pdf would be)\n")
    assert told.stderr.endswith("; 1 name promises another format: see query --misnamed\n")

    write(tmp_path / "z" / "h.jpg", png)
    write(tmp_path / "z" / "i.png", png)
    lines = library("add-asset", "-r", "--json", tmp_path / "z").json
    assert {Path(line["path"]).name: line["misnamed"] for line in lines} == {
        "h.jpg": {"jpg": "image/jpeg"},
        "i.png": {},
    }


def test_what_has_a_wrong_name_is_found(library: CommandInProcess, tmp_path: Path) -> None:
    png, jpeg = encoded(photo(1, (48, 32)), "PNG"), encoded(photo(2, (48, 32)))
    first = write(tmp_path / "a.gif", png)
    write(tmp_path / "b.jpg", jpeg)
    archive = write(tmp_path / "c.zip", zipped({"d.tiff": jpeg, "e.gif": encoded(photo(3, (8, 8)), "GIF")}))
    write(tmp_path / "f.gif", b"of no format")
    add(library, *tmp_path.glob("?.*"))

    found = library("query", "--misnamed", "--json").json
    assert {asset["sha256"] for asset in found} == {sha256(png), sha256(jpeg)}
    assert set(show(library, f"{archive}!/d.tiff")["misnamed"]) == {"tiff"}
    assert len(library("query", "--misnamed", "--limit", "1", "--json").json) == 1
    assert len(library("query", "--misnamed", "--where", "Image.media_type=image/png", "--json").json) == 1

    # A name that it had once, and has no more, is no news.
    first.rename(tmp_path / "a.png")
    assert library("scan", tmp_path).exit_code == 0
    (left,) = library("query", "--misnamed", "--json").json
    assert left["sha256"] == sha256(jpeg)
    archive.unlink()
    library("scan", tmp_path)
    assert library("query", "--misnamed").exit_code == 1


def test_a_font_is_no_unknown_file(library: CommandInProcess, tmp_path: Path) -> None:
    font = write(tmp_path / "sans.ttf", b"\0\1\0\0\0\x0c\0\x80\0\3\0\x40DSIG" + bytes(64))
    add(library, font)
    assert show(library, font)["media_type"] == "font/ttf"
    assert "font/ttf" in library("query", "--has", "OtherFile").stdout
