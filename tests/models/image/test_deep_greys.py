"""Greys of more than 8 bits are seen as what they are, and hashed by ImageHash's rules as it clips them."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from dam.core.content import Content
from dam.models.image.deep_greys import in_eight_bits
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.image_pixel_hash_component import hash_pixels
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.models.image.preview_component import make_preview
from dam.models.image.raster import raster
from dam.models.image.samples import encoded, photo
from tests.models.image.test_image_preview import Shelf

GREY = np.asarray(photo(1).convert("L"))
DEEP = GREY.astype(np.uint16) * 256 + 77
WHITE_IS_ZERO = {262: 0}


def content_of(data: bytes) -> Content:
    return Content(open=lambda: BytesIO(data), size=len(data))


def seen(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(raster(content_of(data)).picture.convert("L"))


def tiff(levels: NDArray[np.generic], **tags: object) -> bytes:
    return encoded(Image.fromarray(levels), "TIFF", **tags)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_of_sixteen_bits_the_upper_eight_are_seen(kind: str) -> None:
    assert (seen(encoded(Image.fromarray(DEEP), kind)) == GREY).all()


def test_of_floats_and_long_numbers_the_range_there_is_is_seen() -> None:
    levels = np.array([[-2.0, 0.0], [np.nan, 2.0]], dtype=np.float32).repeat(8, 0).repeat(8, 1)
    assert sorted({int(level) for level in seen(tiff(levels)).ravel()}) == [0, 127, 255]
    longs = np.array([[-1000000, 0], [0, 1000000]], dtype=np.int32)
    assert seen(tiff(longs)).tolist() == [[0, 127], [127, 255]]


def test_floats_up_to_1_or_255_are_parts_of_it() -> None:
    assert seen(tiff(np.array([[0.25, 0.5]], dtype=np.float32))).tolist() == [[63, 127]]
    assert seen(tiff(np.array([[0.25, 63]], dtype=np.float32))).tolist() == [[0, 63]]


@pytest.mark.parametrize("level", [np.nan, np.inf, -np.inf, -3, 300])
def test_floats_of_one_value_that_says_nothing_are_black(level: float) -> None:
    assert set(seen(tiff(np.full((4, 4), level, dtype=np.float32))).ravel().tolist()) == {0}


def test_white_may_be_zero() -> None:
    assert (seen(tiff(DEEP, tiffinfo=WHITE_IS_ZERO)) == 255 - GREY).all()


@given(st.lists(st.floats(width=32), min_size=1, max_size=40))
def test_larger_numbers_are_never_darker(numbers: list[float]) -> None:
    row = np.array([numbers], dtype=np.float32)
    levels = np.asarray(in_eight_bits(Image.fromarray(row)))[0]
    finite = np.isfinite(row[0])
    order = np.argsort(row[0][finite], kind="stable")
    assert (np.diff(levels[finite][order].astype(int)) >= 0).all()


def test_pdq_and_preview_are_those_of_the_same_picture_in_eight_bits() -> None:
    deep, shallow = (encoded(Image.fromarray(levels), "PNG") for levels in (DEEP, GREY))
    shelf = Shelf()
    found = [raster(content_of(data)) for data in (deep, shallow)]
    one, other = map(hash_pdq, found)
    assert (one.value, one.quality) == (other.value, other.quality)
    assert len({make_preview(made, shelf).digest for made in found}) == 1


def test_the_64_bit_hashes_are_of_the_picture_as_it_is_clipped() -> None:
    perceptual, average, difference = hash_perceptually(
        raster(content_of(encoded(Image.fromarray(DEEP), "PNG")))
    )
    white = hash_perceptually(raster(content_of(encoded(Image.new("L", (64, 64), 255), "PNG"))))
    assert (perceptual.value, average.value, difference.value) == tuple(one.value for one in white)


def test_a_deep_picture_is_turned_with_all_that_is_known_of_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = raster(content_of(encoded(Image.fromarray(DEEP), "PNG", exif=exif.tobytes())))
    assert made.clipped is not None
    assert made.picture.size == made.clipped.size == made.displayed_size == GREY.shape


def test_pixel_hashes_tell_the_lower_eight_bits_apart() -> None:
    digests = set()
    for low in (0, 1, 77):
        made = hash_pixels(content_of(encoded(Image.fromarray(GREY.astype(np.uint16) * 256 + low), "PNG")))
        assert made is not None
        digests.add(made.digest)
    assert len(digests) == 3
