"""`find-duplicates` on typeset pages: those of one layout look alike to every fingerprint."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dam.models.image.sample_pages import filled_form, typeset_page
from dam.models.image.samples import encoded
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import answer, groups, names
from tests.commands.facts import add, write

SIZE = (620, 877)
PAGES = (0, 7, 6, 47, 51, 8)
"""Pages of which some are near by their hashes: see the first test."""


def pages(folder: Path) -> None:
    for number in PAGES:
        write(folder / f"{number}.png", encoded(typeset_page(number, SIZE), "PNG"))


def copies(page: Image.Image) -> dict[str, bytes]:
    """Return what becomes of a page when it is kept, sent and edited."""
    width, height = page.size
    marked = page.copy()
    ImageDraw.Draw(marked).text((width * 0.6, height * 0.95), "from the archive", fill=90)
    left, top = width * 15 // 1000, height * 15 // 1000
    return {
        "coarse.jpg": encoded(page, quality=40),
        "half.png": encoded(page.resize((width // 2, height // 2)), "PNG"),
        "third.jpg": encoded(page.resize((width * 3 // 10, height * 3 // 10))),
        "gamma.jpg": encoded(page.point([round(255 * (level / 255) ** 1.5) for level in range(256)])),
        "pale.jpg": encoded(page.point([80 + level * 175 // 255 for level in range(256)])),
        "marked.jpg": encoded(marked),
        "cut.jpg": encoded(page.crop((left, top, width - left, height - top))),
    }


def test_pages_of_one_layout_that_are_near_by_their_hashes_are_not_duplicates(
    library: CommandInProcess, tmp_path: Path
) -> None:
    pages(tmp_path / "pages")
    add(library, "-r", tmp_path / "pages")
    # Whoever lets PDQ decide alone gets what the hashes say.
    assert groups(library, "--pdq-threshold", "100") != []
    assert groups(library, exit_code=1) == []
    assert groups(library, "--tight", exit_code=1) == []
    assert groups(library, "--loose", exit_code=1) == []


def test_copies_of_a_page_are_duplicates(library: CommandInProcess, tmp_path: Path) -> None:
    page = typeset_page(7)
    for name, data in {"page.png": encoded(page, "PNG"), **copies(page)}.items():
        write(tmp_path / "pages" / name, data)
    pages(tmp_path / "others")
    (tmp_path / "others" / "7.png").unlink()
    add(library, "-r", tmp_path / "pages", tmp_path / "others")
    ((likeness, found),) = groups(library)
    assert (likeness, set(found)) == ("near", {"page.png", *copies(page)})


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.FLIP_LEFT_RIGHT])
def test_turned_copies_of_a_page_are_duplicates_and_turned_pages_of_its_layout_are_not(
    library: CommandInProcess, tmp_path: Path, turn: Image.Transpose
) -> None:
    pages(tmp_path / "pages")
    for number in PAGES[1:]:
        other = typeset_page(number, SIZE).transpose(turn)
        write(tmp_path / "turned" / f"{number}.jpg", encoded(other))
    add(library, "-r", tmp_path / "pages", tmp_path / "turned")
    found = groups(library, "--rotated")
    assert sorted(sorted(some) for _, some in found) == sorted(
        sorted([f"{number}.png", f"{number}.jpg"]) for number in PAGES[1:]
    )


def test_forms_filled_in_otherwise_in_one_place_of_many_count_as_copies(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for number in (1, 2):
        write(tmp_path / "forms" / f"{number}.png", encoded(filled_form(number, SIZE), "PNG"))
    add(library, "-r", tmp_path / "forms")
    assert groups(library) == [("near", ["1.png", "2.png"])]


def test_without_previews_the_hashes_decide_and_it_is_said(library: CommandInProcess, tmp_path: Path) -> None:
    pages(tmp_path / "pages")
    add(library, "-r", tmp_path / "pages")
    (derived,) = (folder for folder in tmp_path.rglob("derived") if folder.is_dir())
    for preview in [file for file in derived.rglob("*") if file.is_file()]:
        preview.unlink()
    found, summary, result = answer(library)
    assert result.exit_code == 0
    assert {name for group in found for name in names(group)} <= {f"{number}.png" for number in PAGES}
    assert summary["unseen"] == len(PAGES)
    assert "6 images are near to others by hashes alone, without a preview" in result.stderr


def test_two_previews_in_one_format_are_read_as_they_are(library: CommandInProcess, tmp_path: Path) -> None:
    """A page in a JPEG so large that it is decoded smaller has the ink of its PNG."""
    page = typeset_page(7, (2480, 3508))
    with Image.open(BytesIO(encoded(page, quality=90))) as decoded:
        write(tmp_path / "pages" / "large.png", encoded(decoded.convert("L"), "PNG", compress_level=1))
    write(tmp_path / "pages" / "large.jpg", encoded(page, quality=60))
    add(library, "-r", tmp_path / "pages")
    assert groups(library) == [("near", ["large.jpg", "large.png"])]
