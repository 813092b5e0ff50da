"""Pages and frames: how many there are, and how long they are shown."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.models.image import samples
from dam.models.image.decoding import DecodeError
from dam.models.image.dimensions_component import measure
from dam.models.image.image_frames_component import ImageFramesComponent
from dam.models.image.samples import encoded, photo


def frames_of(data: bytes) -> tuple[int, float | None] | None:
    made = measure(Content.from_bytes(data))
    found = [one for one in made if isinstance(one, ImageFramesComponent)]
    return (found[0].frames, found[0].duration) if found else None


def moving(kind: str, delays: list[int], **options: Any) -> bytes:
    pictures = [photo(seed, (16, 12)) for seed in range(len(delays))]
    return encoded(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=delays, **options)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
@given(delays=st.lists(st.integers(2, 300), min_size=2, max_size=6))
def test_frames_are_counted_and_their_delays_added_up(kind: str, delays: list[int]) -> None:
    tenths = [10 * delay for delay in delays]
    count, duration = frames_of(moving(kind, tenths)) or (1, None)
    assert count == len(delays)
    assert duration == pytest.approx(sum(tenths) / 1000)


@pytest.mark.parametrize("big", [False, True])
@given(pages=st.integers(2, 9))
def test_pages_are_counted_and_have_no_duration(pages: int, big: bool) -> None:
    pictures = [photo(seed, (9, 7)) for seed in range(pages)]
    data = encoded(pictures[0], "TIFF", save_all=True, append_images=pictures[1:], big_tiff=big)
    assert frames_of(data) == (pages, None)


@pytest.mark.parametrize("kind", ["reduced", "mask"])
def test_smaller_copies_and_masks_are_no_pages(kind: str) -> None:
    page, other = photo(1, (40, 30)), photo(1, (20, 15))
    other.encoderinfo = {"tiffinfo": {254: {"reduced": 1, "mask": 4}[kind]}}
    assert frames_of(encoded(page, "TIFF", save_all=True, append_images=[other])) is None


@pytest.mark.parametrize("name", sorted(samples.good()))
def test_a_single_picture_has_no_frames(name: str) -> None:
    assert frames_of(samples.good()[name]) is None


def test_directories_in_a_circle_are_counted_once() -> None:
    tiff = bytearray(encoded(photo(1, (9, 7)), "TIFF"))
    (first,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, first)
    struct.pack_into("<I", tiff, first + 2 + 12 * count, first)
    assert frames_of(bytes(tiff)) is None


def test_of_a_film_that_is_cut_the_frames_that_are_there_are_counted() -> None:
    whole = moving("GIF", [100] * 5)
    counted = frames_of(whole[: len(whole) // 2])
    assert counted is not None
    assert 2 <= counted[0] < 5


@given(kind=st.sampled_from(["GIF", "PNG", "WEBP", "TIFF"]), data=st.data())
def test_whatever_the_bytes_are_counting_ends(kind: str, data: st.DataObject) -> None:
    changed = bytearray(moving(kind, [20, 30, 40]))
    for place in data.draw(st.lists(st.integers(8, len(changed) - 1), min_size=1, max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))
    count = reason = None
    try:
        count, _ = frames_of(bytes(changed)) or (None, None)
    except DecodeError as error:
        reason = str(error)
    assert reason != ""
    assert count is None or count > 1


def test_a_blank_default_picture_of_an_animated_png_is_no_frame() -> None:
    frames = [photo(seed, (16, 12)) for seed in range(3)]
    data = encoded(
        Image.new("RGB", (16, 12)),
        "PNG",
        save_all=True,
        default_image=True,
        append_images=frames,
        duration=50,
    )
    assert frames_of(data) == (3, 0.15)
