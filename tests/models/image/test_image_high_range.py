"""OpenEXR and Radiance HDR: how they are shown, and what is no such picture."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.models.image import ImageComponent
from dam.models.image.decoders import high_range
from dam.models.image.decoding import DecodeError
from dam.models.image.dimensions_component import DimensionsComponent, measure
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.raster import raster
from dam.models.image.samples import photo
from tests.models.image.high_range_files import open_exr, radiance, ramp

BOTH = {"exr": open_exr(ramp()), "hdr": radiance(ramp())}
TYPES = {"exr": "image/x-exr", "hdr": "image/vnd.radiance"}


def drawn(data: bytes) -> Image.Image:
    return raster(Content.from_bytes(data)).picture


def size_of(data: bytes) -> tuple[int, int]:
    dimensions, *_ = measure(Content.from_bytes(data))
    assert isinstance(dimensions, DimensionsComponent)
    return dimensions.width, dimensions.height


def on_a_screen(light: float) -> int:
    """Return what sRGB makes of light."""
    light = min(1.0, light)
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("kind", BOTH)
def test_light_is_shown_as_a_screen_would_and_clipped_at_white(kind: str) -> None:
    assert ImageComponent.recognise(BOTH[kind], frozenset()) == TYPES[kind]
    assert size_of(BOTH[kind]) == (64, 48)
    shown, light = np.asarray(drawn(BOTH[kind]).convert("RGB")), ramp()
    for row, column in ((0, 0), (10, 20), (24, 31), (47, 63)):
        expected = [on_a_screen(value) for value in light[row, column]]
        assert np.abs(shown[row, column].astype(int) - expected).max() <= 3


def test_both_formats_of_one_picture_look_alike() -> None:
    light = (np.asarray(photo(1, (128, 96))) / 255).astype(np.float32) ** 2.2
    hashes = [hash_pdq(raster(Content.from_bytes(write(light)))) for write in (open_exr, radiance)]
    first, second = (int.from_bytes(made.value) for made in hashes)
    assert (first ^ second).bit_count() <= 16
    assert min(made.quality for made in hashes) >= 50


def test_what_is_no_number_is_black_and_what_is_endless_white() -> None:
    light = np.full((16, 16, 3), 0.5, np.float32)
    light[0, 0], light[0, 1], light[0, 2] = np.nan, np.inf, -1
    shown = drawn(open_exr(light))
    assert [shown.getpixel((x, 0)) for x in range(3)] == [(0, 0, 0), (255, 255, 255), (0, 0, 0)]


@pytest.mark.parametrize("kind", BOTH)
def test_it_is_measured_without_its_decoder_and_decoded_with_it(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    assert size_of(BOTH[kind]) == (64, 48)
    with pytest.raises(Unavailable) as caught:
        drawn(BOTH[kind])
    assert caught.value.message == "av (extra: video)"


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_picture_without_its_end_is_none(kind: str, share: float) -> None:
    data = BOTH[kind]
    with pytest.raises(DecodeError, match=r"truncated|damaged"):
        drawn(data[: int(len(data) * share)])


def test_a_header_that_ends_too_early_or_says_no_size_says_so() -> None:
    with pytest.raises(DecodeError, match="truncated"):
        size_of(BOTH["exr"][:100])
    with pytest.raises(DecodeError, match="how large"):
        size_of(BOTH["exr"].replace(b"displayWindow", b"displayWimdow"))
    with pytest.raises(DecodeError, match="deep data"):
        size_of(open_exr(ramp(), flags=0x800))
    with pytest.raises(DecodeError, match="variant"):
        size_of(BOTH["hdr"].replace(b"-Y", b"+Y"))


def test_too_many_pixels_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(high_range, "PIXEL_LIMIT", 1000)
    for data in BOTH.values():
        with pytest.raises(DecodeError, match="more than the limit"):
            drawn(data)
    monkeypatch.undo()
    huge = BOTH["hdr"].replace(b"-Y 48 +X 64", b"-Y 99999999 +X 99999999")
    assert size_of(huge) == (99999999, 99999999)
    with pytest.raises(DecodeError, match="more than"):
        drawn(huge)


@given(st.sampled_from(sorted(BOTH)), st.data())
def test_flipped_bytes_give_a_picture_or_a_decode_error(kind: str, data: st.DataObject) -> None:
    changed = bytearray(BOTH[kind])
    for place in data.draw(st.lists(st.integers(8, len(changed) - 1), min_size=1, max_size=6)):
        changed[place] = data.draw(st.integers(0, 255))
    if ImageComponent.recognise(bytes(changed), frozenset()) != TYPES[kind]:
        return
    outcome: object = None
    try:
        outcome = drawn(bytes(changed))
    except DecodeError as error:
        outcome = str(error)
    assert outcome
