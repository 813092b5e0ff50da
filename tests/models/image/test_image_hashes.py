"""The 64-bit hashes: bit for bit those of ImageHash, on ordinary and on degenerate pictures."""

import imagehash
import numpy as np
import numpy.typing as npt
import pytest
import scipy.fftpack
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from dam.core.content import Content
from dam.models.image import samples
from dam.models.image.cosine import low_frequencies
from dam.models.image.lanczos import shrunk
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.models.image.raster import Raster, raster
from tests.models.image.degenerate import degenerate

DEGENERATE = degenerate()
READABLE = samples.good() | samples.odd()


def hashes(picture: Image.Image) -> tuple[str, str, str]:
    found = hash_perceptually(Raster(picture=picture, displayed_size=picture.size))
    perceptual, average, difference = (f"{component.value:016x}" for component in found)
    return perceptual, average, difference


def reference(picture: Image.Image) -> tuple[str, str, str]:
    return str(imagehash.phash(picture)), str(imagehash.average_hash(picture)), str(imagehash.dhash(picture))


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_pictures_hash_as_the_reference_does(name: str) -> None:
    assert hashes(DEGENERATE[name]) == reference(DEGENERATE[name])


def test_there_are_enough_degenerate_kinds() -> None:
    assert len(DEGENERATE) >= 35


def test_a_large_picture_without_structure_is_decoded_in_full_because_a_scaled_decode_decides_its_bits() -> (
    None
):
    y, x = np.mgrid[0:1500, 0:2000]
    glow = 255 - 150 * np.hypot((x - 1000) / 2000, (y - 750) / 1500)
    data = samples.encoded(Image.fromarray(np.dstack([glow, glow * 0.9, glow * 0.8]).astype(np.uint8)))
    made = raster(Content.from_bytes(data))
    (perceptual, _, _) = hash_perceptually(made)

    assert made.picture.size == (1000, 750)
    assert f"{perceptual.value:016x}" == reference(made.in_full().picture)[0]


@given(seed=st.integers(0, 2**32), width=st.integers(1, 400), height=st.integers(1, 400))
@settings(deadline=None, max_examples=60)
def test_photos_of_any_shape_hash_as_the_reference_does(seed: int, width: int, height: int) -> None:
    picture = samples.photo(seed, (width, height))
    assert hashes(picture) == reference(picture)


SHAPES = [(400, 400), (1024, 768), (768, 1024), (1000, 750), (512, 911), (701, 1337), (300, 900), (4001, 67)]


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("pattern", ["noise", "black and white", "ramp"])
def test_small_copies_of_large_pictures_are_pillows_to_the_last_bit(
    size: tuple[int, int], pattern: str
) -> None:
    width, height = size
    noise = np.random.default_rng(width).integers(0, 256, (height, width))
    pixels = {
        "noise": noise,
        "black and white": (noise > 127) * 255,
        "ramp": np.add.outer(np.arange(height), np.arange(width)) % 256,
    }[pattern]
    grey = Image.fromarray(pixels.astype(np.uint8))
    sizes = ((32, 32), (8, 8), (9, 8))
    for made, wanted in zip(shrunk(grey, sizes), sizes, strict=True):
        assert np.array_equal(made, np.asarray(grey.resize(wanted, Image.Resampling.LANCZOS)))


@given(seed=st.integers(0, 2**32), width=st.integers(300, 1300), height=st.integers(300, 1300))
@settings(deadline=None, max_examples=30)
def test_small_copies_are_pillows_in_any_shape(seed: int, width: int, height: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    grey = Image.fromarray(noise)
    for made, wanted in zip(shrunk(grey, ((32, 32), (9, 8))), ((32, 32), (9, 8)), strict=True):
        assert np.array_equal(made, np.asarray(grey.resize(wanted, Image.Resampling.LANCZOS)))


@pytest.mark.parametrize("name", READABLE)
def test_files_of_every_format_hash_as_the_reference_does(name: str) -> None:
    made = raster(Content.from_bytes(READABLE[name]))
    assert hashes(made.picture) == reference(made.picture)


@given(arrays.arrays(np.uint8, (32, 32), elements=st.sampled_from([0, 1, 127, 128, 255]), fill=st.just(0)))
@settings(deadline=None)
def test_the_cosine_transform_is_scipys_to_the_last_bit(pixels: npt.NDArray[np.uint8]) -> None:
    both_axes = scipy.fftpack.dct(scipy.fftpack.dct(pixels, axis=0), axis=1)
    assert np.array_equal(low_frequencies(pixels), both_axes[:8, :8])


@given(seed=st.integers(0, 2**32), symmetry=st.sampled_from(["mirrored", "turned", "transposed", "striped"]))
@settings(deadline=None)
def test_the_cosine_transform_rounds_symmetric_pictures_like_scipy(seed: int, symmetry: str) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (32, 32)).astype(np.uint8)
    symmetric = {
        "mirrored": np.maximum(noise, noise[:, ::-1]),
        "turned": np.maximum(noise, noise[::-1, ::-1]),
        "transposed": np.maximum(noise, noise.T),
        "striped": np.tile(noise[:1], (32, 1)),
    }[symmetry]
    both_axes = scipy.fftpack.dct(scipy.fftpack.dct(symmetric, axis=0), axis=1)
    assert np.array_equal(low_frequencies(symmetric), both_axes[:8, :8])


def test_all_orientations_of_one_picture_have_the_same_hashes() -> None:
    found = {
        hashes(raster(Content.from_bytes(samples.oriented(n, "PNG"))).picture) for n in samples.ORIENTATIONS
    }
    assert len(found) == 1


def test_a_scaled_decode_moves_few_bits() -> None:
    drifts = []
    for seed in range(5):
        data = samples.encoded(samples.photo(seed, (1600, 1200)), quality=90)
        made = raster(Content.from_bytes(data))
        assert made.picture.size == (800, 600)
        in_full = samples.photo(seed, (1600, 1200))
        drifts += [
            (int(ours, 16) ^ int(theirs, 16)).bit_count()
            for ours, theirs in zip(hashes(made.picture), reference(in_full), strict=True)
        ]
    assert max(drifts) <= 4
    assert np.mean(drifts) < 1


def test_different_photos_are_far_apart() -> None:
    found = [int(hashes(samples.photo(seed))[0], 16) for seed in range(20)]
    distances = [(a ^ b).bit_count() for i, a in enumerate(found) for b in found[:i]]
    assert min(distances) > 10
