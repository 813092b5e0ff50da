"""One decode: which pixels come out of it, how large, and what is said about bad files."""

import re
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.models.image import samples
from dam.models.image.decoding import DecodeError
from dam.models.image.dimensions_component import DimensionsComponent, measure
from dam.models.image.raster import raster

GOOD = samples.good()
READABLE = GOOD | samples.odd()
BROKEN = samples.broken()


def measured(content: Content) -> DimensionsComponent:
    dimensions, *_ = measure(content)
    assert isinstance(dimensions, DimensionsComponent)
    return dimensions


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", sorted(READABLE.keys() - samples.taught().keys() - {"invisible.png"}))
def test_the_pixels_are_those_of_the_first_frame_as_displayed(name: str) -> None:
    made = raster(Content.from_bytes(READABLE[name]))
    with Image.open(BytesIO(READABLE[name])) as plain:
        plain.load()
        expected = plain if name == "broken-exif.jpg" else ImageOps.exif_transpose(plain)
        if name == "sixteen-bit.png":
            # Pillow clips, which leaves nothing to be seen.
            expected = Image.fromarray((np.asarray(expected) >> 8).astype(np.uint8))
        assert made.picture.mode == "RGB"
        assert np.array_equal(np.asarray(made.picture), np.asarray(expected.convert("RGB")))
    assert made.displayed_size == made.picture.size


@pytest.mark.parametrize("name", READABLE)
def test_measuring_the_header_agrees_with_the_decoded_picture(name: str) -> None:
    content = Content.from_bytes(READABLE[name])
    dimensions = measured(content)
    assert (dimensions.width, dimensions.height) == raster(content).displayed_size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", samples.ORIENTATIONS)
def test_every_orientation_shows_the_same_picture(kind: str, orientation: int) -> None:
    upright = raster(Content.from_bytes(samples.oriented(1, kind)))
    turned = raster(Content.from_bytes(samples.oriented(orientation, kind)))
    assert turned.displayed_size == upright.displayed_size == (96, 64)
    difference = np.asarray(turned.picture, dtype=float) - np.asarray(upright.picture, dtype=float)
    assert np.abs(difference).mean() < (4 if kind in {"JPEG", "WEBP"} else 0.001)


def test_exif_after_the_pixels_of_a_png_counts() -> None:
    dimensions = measured(Content.from_bytes(READABLE["late-exif.png"]))
    assert (dimensions.width, dimensions.height) == (48, 64)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = Content.from_bytes(samples.encoded(samples.photo(1, (64, 48)), exif=exif))
    assert raster(content).picture.size == (64, 48)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_broken_exif_never_fails_the_picture(noise: bytes) -> None:
    data = samples.encoded(samples.photo(1, (64, 48)), exif=b"Exif\x00\x00" + noise)
    assert sorted(raster(Content.from_bytes(data)).picture.size) == [48, 64]


@pytest.mark.parametrize(
    ("size", "decoded"),
    [
        ((1023, 2000), (1023, 2000)),
        ((1024, 1024), (512, 512)),
        ((2000, 1025), (1000, 513)),
        ((2047, 2048), (1024, 1024)),
        ((2048, 4096), (512, 1024)),
        ((4500, 4100), (563, 513)),
    ],
)
def test_a_large_jpeg_is_decoded_smaller_but_its_short_side_stays_512(
    size: tuple[int, int], decoded: tuple[int, int]
) -> None:
    made = raster(Content.from_bytes(samples.encoded(Image.new("RGB", size, "teal"))))
    assert made.picture.size == decoded
    assert made.displayed_size == size


def test_a_large_jpeg_lying_on_its_side_is_scaled_and_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = raster(Content.from_bytes(samples.encoded(Image.new("RGB", (2400, 1200)), exif=exif)))
    assert made.displayed_size == (1200, 2400)
    assert made.picture.size == (600, 1200)


def test_a_large_png_is_decoded_in_full() -> None:
    made = raster(Content.from_bytes(samples.encoded(Image.new("L", (3000, 1100)), "PNG")))
    assert made.picture.size == made.displayed_size == (3000, 1100)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_fails_quickly_and_says_why(name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(DecodeError) as caught:
        raster(Content.from_bytes(BROKEN[name]))
    assert time.perf_counter() - started < 2
    reason = str(caught.value)
    assert 10 < len(reason) < 250
    assert "\n" not in reason
    assert "Traceback" not in reason
    assert "Error:" not in reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("half.png", "truncated"),
        ("half.gif", "truncated"),
        ("half.bmp", "truncated"),
        ("bomb.png", "65536 x 65536 pixels are more than the limit of 200 megapixels"),
        ("bomb.gif", "65535 x 65535 pixels are more than the limit of 200 megapixels"),
        ("text-bomb.png", "a text in it inflates beyond the limit"),
        ("unsupported.jxr", "no decoder for image/jxr"),
        ("open-ended.svg", "it is not well-formed: no element found"),
        ("no-pixels.png", "its header cannot be read"),
    ],
)
def test_the_reason_names_what_is_wrong(name: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=re.escape(reason)):
        raster(Content.from_bytes(BROKEN[name]))


@pytest.mark.parametrize("name", ["bomb.png", "bomb.gif", "half.png", "half.gif", "scrambled.png"])
def test_pictures_that_cannot_be_decoded_are_measured_all_the_same(name: str) -> None:
    dimensions = measured(Content.from_bytes(BROKEN[name]))
    assert min(dimensions.width, dimensions.height) >= 48


def test_what_is_no_picture_at_all_is_refused() -> None:
    with pytest.raises(DecodeError, match="not a known picture format"):
        raster(Content.from_bytes(b"hello"))
    with pytest.raises(DecodeError, match="not a known picture format"):
        measure(Content.from_bytes(b""))


def test_postscript_is_never_handed_to_another_program() -> None:
    with pytest.raises(DecodeError, match="not a known picture format"):
        raster(Content.from_bytes(samples.encoded(samples.photo(1, (64, 48)), "EPS")))


def test_the_preview_inside_a_camera_raw_does_not_pass_for_the_picture() -> None:
    data = samples.encoded(samples.photo(1, (64, 48)), "TIFF", tiffinfo={254: 1})
    with pytest.raises(DecodeError, match="camera raw"):
        measure(Content.from_bytes(data))


def test_heic_without_its_decoder_is_unavailable_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(Unavailable) as caught:
        raster(Content.from_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
    assert caught.value.message == "pi_heif (extra: image)"


def test_a_failing_disk_is_not_blamed_on_the_picture() -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise OSError(5, "Input/output error")
            return super().read(size)

    def opening() -> BinaryIO:
        return Failing(GOOD["good.png"])

    with pytest.raises(OSError, match="Input/output error"):
        raster(Content(open=opening, size=1))


@pytest.mark.parametrize("act", [measure, raster])
def test_pillow_is_left_as_it_was_found(act: Callable[[Content], object]) -> None:
    before = Image.MAX_IMAGE_PIXELS
    act(Content.from_bytes(GOOD["good.png"]))
    with pytest.raises(DecodeError):
        act(Content.from_bytes(b"GIF89a"))
    assert before == Image.MAX_IMAGE_PIXELS


@given(
    st.sampled_from(sorted(GOOD)),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=8),
)
@settings(deadline=None, max_examples=300)
def test_flipped_bytes_give_a_picture_or_a_decode_error(name: str, flips: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD[name])
    for place, value in flips:
        data[place % len(data)] = value
    outcome: object = None
    try:
        outcome = raster(Content.from_bytes(bytes(data))).picture.mode
    except DecodeError as error:
        outcome = str(error) and "an error that says why"
    assert outcome in {"RGB", "an error that says why"}
