"""Pictures found by their colours."""

from pathlib import Path

from PIL import Image

from dam.models.image.samples import encoded
from tests.command_line import CommandInProcess
from tests.commands.facts import add, show, write


def test_pictures_are_found_by_their_colours(library: CommandInProcess, tmp_path: Path) -> None:
    for name, colour in (("sea.png", "#1030e0"), ("rose.png", "#e01010")):
        write(tmp_path / name, encoded(Image.new("RGB", (40, 30), colour), "PNG"))
    add(library, tmp_path / "sea.png", tmp_path / "rose.png")
    assert show(library, tmp_path / "sea.png")["components"]["ImageColours"][0]["palette"] == "#1030e0"
    for condition, name in (
        ("dominant=red", "rose.png"),
        ("blue>=90", "sea.png"),
        ("palette~#E0", "rose.png"),
    ):
        found = library("query", "--where", f"ImageColours.{condition}")
        assert found.exit_code == 0
        assert found.stdout.splitlines()[0].endswith(name)
        assert len(found.stdout.splitlines()) == 1
    assert library("query", "--where", "ImageColours.green>0").exit_code == 1
