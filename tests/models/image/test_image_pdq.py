"""PDQ, held against a plain and slow reading of the published algorithm."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.models.image import samples
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.raster import raster
from dam.models.pdq import Pdq, pdq

Grid = npt.NDArray[np.float64]


def distance(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


def box_filtered(line: Grid) -> Grid:
    """Average each place with its neighbours, the window cut at the ends."""
    window = (len(line) + 127) // 128
    ahead = (window + 2) // 2
    return np.array([line[max(0, i - window + ahead) : i + ahead].mean(axis=0) for i in range(len(line))])


def published(picture: Image.Image) -> Pdq:
    pixels = np.asarray(picture, dtype=float)
    grid = pixels @ (0.299, 0.587, 0.114)
    for _ in range(2):
        grid = box_filtered(box_filtered(grid.T).T)
    rows, columns = ([int((i + 0.5) * n / 64) for i in range(64)] for n in grid.shape)
    grid = grid[np.ix_(rows, columns)]
    waves = np.array(
        [[np.sqrt(2 / 64) * np.cos(np.pi / 128 * i * (2 * j + 1)) for j in range(64)] for i in range(1, 17)]
    )
    coefficients = (waves @ grid @ waves.T).ravel()
    median = sorted(coefficients)[127]
    number = sum(1 << k for k in range(256) if coefficients[k] > median)
    steps = [int(abs(a - b) * 100 / 255) for a, b in zip(grid[1:].ravel(), grid[:-1].ravel(), strict=True)]
    steps += [
        int(abs(a - b) * 100 / 255) for a, b in zip(grid[:, 1:].ravel(), grid[:, :-1].ravel(), strict=True)
    ]
    return Pdq(number.to_bytes(32, "big"), min(100, sum(steps) // 90))


@given(seed=st.integers(0, 2**32), width=st.integers(64, 500), height=st.integers(64, 500))
@settings(deadline=None, max_examples=25)
def test_it_is_the_published_hash(seed: int, width: int, height: int) -> None:
    picture = samples.photo(seed, (width, height))
    ours, theirs = pdq(picture), published(picture)
    assert distance(ours.value, theirs.value) <= 2
    assert abs(ours.quality - theirs.quality) <= 1


def test_half_of_the_bits_are_set() -> None:
    assert all(int.from_bytes(pdq(samples.photo(seed)).value, "big").bit_count() == 128 for seed in range(10))


def test_photos_have_quality_and_flat_pictures_have_none() -> None:
    assert all(pdq(samples.photo(seed)).quality >= 50 for seed in range(30))
    assert pdq(Image.new("RGB", (300, 200), "salmon")).quality == 0


@pytest.mark.parametrize("size", [(4, 400), (400, 4), (1, 1)])
def test_a_picture_too_narrow_to_hash_gets_zeros_of_no_quality(size: tuple[int, int]) -> None:
    assert pdq(samples.photo(1, size)) == Pdq(bytes(32), 0)


def test_it_is_found_again_after_reencoding_and_resizing() -> None:
    for seed in range(10):
        picture = samples.photo(seed, (640, 480))
        original = pdq(picture).value
        again = raster(Content.from_bytes(samples.encoded(picture, quality=60))).picture
        smaller = picture.resize((320, 240), Image.Resampling.LANCZOS)
        assert distance(original, pdq(again).value) <= 20
        assert distance(original, pdq(smaller).value) <= 30


def test_different_photos_are_further_apart_than_the_threshold_of_80() -> None:
    found = [pdq(samples.photo(seed)).value for seed in range(20)]
    assert min(distance(a, b) for i, a in enumerate(found) for b in found[:i]) > 80


def test_all_orientations_of_one_picture_have_the_same_hash() -> None:
    found = [hash_pdq(raster(Content.from_bytes(samples.oriented(n, "PNG")))) for n in samples.ORIENTATIONS]
    assert len({component.value for component in found}) == 1
    assert len(found[0].value) == 32
    assert found[0].quality == 100


def test_a_large_jpeg_hashes_about_as_all_of_its_pixels_do() -> None:
    for seed in range(4):
        made = raster(Content.from_bytes(samples.encoded(samples.photo(seed, (1600, 1200)), quality=90)))
        found, in_full = hash_pdq(made), pdq(made.in_full().picture)
        assert made.is_scaled
        assert distance(found.value, in_full.value) <= 10
        assert abs(found.quality - in_full.quality) <= 2


def test_a_large_jpeg_of_little_structure_is_not_hashed_from_rounded_greys() -> None:
    y, x = np.mgrid[0:1500, 0:2000]
    glow = 255 - 150 * np.hypot((x - 1000) / 2000, (y - 750) / 1500)
    data = samples.encoded(Image.fromarray(np.dstack([glow, glow * 0.9, glow * 0.8]).astype(np.uint8)))
    made = raster(Content.from_bytes(data))
    assert hash_pdq(made).quality < 50
    assert hash_pdq(made).value == pdq(made.picture).value != pdq(made.grey).value
