"""Names that promise another format than the bytes have are told."""

from pathlib import Path

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, show, write


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


def test_a_font_is_no_unknown_file(library: CommandInProcess, tmp_path: Path) -> None:
    font = write(tmp_path / "sans.ttf", b"\0\1\0\0\0\x0c\0\x80\0\3\0\x40DSIG" + bytes(64))
    add(library, font)
    assert show(library, font)["media_type"] == "font/ttf"
    assert "font/ttf" in library("query", "--has", "OtherFile").stdout
