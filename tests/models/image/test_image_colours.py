"""The names of colours, and how much of a picture has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.models.image.colour_names import NAMES
from dam.models.image.image_colours_component import ImageColoursComponent, find_colours
from dam.models.image.raster import Raster, raster
from dam.models.image.samples import encoded, photo


def colours_of(picture: Image.Image) -> ImageColoursComponent:
    return find_colours(Raster(picture, picture.size))


def shares(found: ImageColoursComponent) -> list[int]:
    return [getattr(found, name) for name in NAMES]


@pytest.mark.parametrize(
    ("web_name", "name"),
    [
        *((name, name) for name in NAMES),
        ("navy", "blue"),
        ("skyblue", "blue"),
        ("teal", "blue"),
        ("forestgreen", "green"),
        ("olive", "green"),
        ("lime", "green"),
        ("gold", "yellow"),
        ("khaki", "yellow"),
        ("saddlebrown", "brown"),
        ("sienna", "brown"),
        ("chocolate", "orange"),
        ("darkorange", "orange"),
        ("crimson", "red"),
        ("darkred", "red"),
        ("salmon", "pink"),
        ("hotpink", "pink"),
        ("magenta", "pink"),
        ("indigo", "purple"),
        ("violet", "pink"),
        ("silver", "grey"),
        ("slategrey", "grey"),
        ("ivory", "white"),
        ("#101014", "black"),
    ],
)
def test_colours_have_the_names_that_people_give_them(web_name: str, name: str) -> None:
    if web_name == "brown":
        web_name = "#8b4513"  # What the web calls brown is a red.
    assert colours_of(Image.new("RGB", (9, 9), web_name)).dominant == name


def test_each_part_counts_by_its_size() -> None:
    picture = Image.new("RGB", (320, 100), "#1030e0")
    picture.paste("#e01010", (0, 0, 100, 100))
    picture.paste("#ffffff", (100, 0, 110, 100))
    found = colours_of(picture)
    assert found.dominant == "blue"
    assert (found.blue, found.red, found.white) == (66, 31, 3)
    assert found.palette == "#1030e0 #e01010"


@given(st.integers(0, 50), st.integers(64, 400), st.integers(64, 400))
def test_all_shares_together_are_all_of_it_and_turning_changes_nothing(
    seed: int, width: int, height: int
) -> None:
    picture = photo(seed, (width, height))
    found = colours_of(picture)
    assert abs(sum(shares(found)) - 100) <= 5
    assert getattr(found, found.dominant) == max(shares(found))
    turned = colours_of(picture.transpose(Image.Transpose.ROTATE_90))
    assert max(abs(one - other) for one, other in zip(shares(found), shares(turned), strict=True)) <= 5


def test_a_large_jpeg_has_the_colours_of_the_same_picture_in_small() -> None:
    jpeg = encoded(photo(3, (1800, 1300)))
    scaled = find_colours(raster(Content.from_bytes(jpeg)))
    whole = colours_of(photo(3, (1800, 1300)))
    assert scaled.dominant == whole.dominant
    assert max(abs(one - other) for one, other in zip(shares(scaled), shares(whole), strict=True)) <= 4
