"""`find-duplicates` where the hashes of pictures say too little or drift: gradients, and large JPEGs."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import select

from dam.library import Library
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import groups
from tests.commands.facts import add, show, write


def gradient(darkest: int) -> Image.Image:
    """Return a grey picture that gets lighter downwards, and to both sides of one column."""
    down, right = np.mgrid[0:256, 0:256]
    light = np.clip(20 + 0.7 * (right - darkest) ** 2 / 256 + 0.6 * down, 0, 255)
    return Image.fromarray(light.astype(np.uint8)).convert("RGB")


def pdqs(library: CommandInProcess, *paths: Path) -> list[tuple[int, int]]:
    """Return the PDQ hash of each file as a number, and its quality."""
    entities = [show(library, path)["entity"] for path in paths]
    with Library.open() as opened, opened.world(write=False) as world:
        made = select(ImagePDQComponent.entity_id, ImagePDQComponent.value, ImagePDQComponent.quality)
        found = {number: (int.from_bytes(value), quality) for number, value, quality in world.rows(made)}
    return [found[entity] for entity in entities]


def test_encodings_of_a_gradient_are_near_by_how_they_look_and_other_gradients_are_not(
    library: CommandInProcess, tmp_path: Path
) -> None:
    files = {
        "fine.jpg": encoded(gradient(100), quality=90),
        "coarse.jpg": encoded(gradient(100), quality=30),
        "other.jpg": encoded(gradient(150), quality=90),
    }
    paths = [write(tmp_path / name, data) for name, data in files.items()]
    for path in paths:
        add(library, path)
    (fine, *_), (coarse, *_), _ = hashed = pdqs(library, *paths)
    assert all(10 <= quality < 50 for _, quality in hashed)
    # More than what is taken for the same by hashes alone.
    assert (fine ^ coarse).bit_count() > 100
    ((likeness, names),) = groups(library)
    assert (likeness, set(names)) == ("near", {"fine.jpg", "coarse.jpg"})


def test_a_large_jpeg_and_its_pixels_in_a_png_are_identical_although_their_pdqs_differ(
    library: CommandInProcess, tmp_path: Path
) -> None:
    jpeg = encoded(photo(1).resize((1376, 1032)), quality=90)
    with Image.open(BytesIO(jpeg)) as decoded:
        png = encoded(decoded.convert("RGB"), "PNG", compress_level=1)
    paths = [write(tmp_path / name, data) for name, data in (("large.jpg", jpeg), ("twin.png", png))]
    for path in paths:
        add(library, path)
    (of_jpeg, _), (of_png, _) = pdqs(library, *paths)
    # The JPEG was hashed at half its size, the PNG was not.
    assert of_jpeg != of_png
    assert groups(library) == [("pixel-identical", ["large.jpg", "twin.png"])]


def test_a_16_bit_grey_is_near_to_its_copy_in_8_bits_and_to_no_other(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for name, seed in (("lake", 1), ("hill", 2)):
        grey = photo(seed).convert("L")
        deep = np.asarray(grey).astype(np.uint16) * 256 + 19
        write(tmp_path / "media" / f"{name}-16.png", encoded(Image.fromarray(deep), "PNG"))
        write(tmp_path / "media" / f"{name}-8.jpg", encoded(grey, quality=90))
    add(library, "-r", tmp_path / "media")
    found = sorted((likeness, *sorted(names)) for likeness, names in groups(library))
    assert found == [("near", "hill-16.png", "hill-8.jpg"), ("near", "lake-16.png", "lake-8.jpg")]
