"""Pixel hashes are equal for equal pixels, whatever the file, and for nothing else."""

import hashlib
import os
import struct
import tracemalloc
import zlib
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from dam.core.content import Content
from dam.models.image import canonical_pixels, decoding, samples
from dam.models.image.canonical_pixels import pixel_digest
from dam.models.image.decoding import DecodeError, opened
from dam.models.image.image_pixel_hash_component import hash_pixels
from dam.models.image.orientation import stored_box, turned, turned_size
from dam.models.image.samples import encoded, oriented, photo
from dam.models.image.wholeness import is_all_there_is

LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "BMP": {},
    "PPM": {},
    "TGA": {},
    "QOI": {},
    "SGI": {},
    "WEBP": {"lossless": True},
    "TIFF": {"compression": "tiff_lzw"},
    "JPEG2000": {},
}
SIZES = st.tuples(st.integers(1, 24), st.integers(1, 24))
SEEDS = st.integers(0, 2**32 - 1)


def pixels(data: bytes) -> bytes | None:
    made = hash_pixels(Content.from_bytes(data))
    return made.digest if made else None


def noise(size: tuple[int, int], seed: int, channels: int = 3) -> Image.Image:
    random = np.random.default_rng(seed)
    shape = (size[1], size[0], channels) if channels > 1 else (size[1], size[0])
    return Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8))


def deep_png(size: tuple[int, int], colour: int, data: bytes) -> bytes:
    """Return a PNG of 16 bits a sample, in a colour type that Pillow cannot write."""
    header = struct.pack(">IIBBBBB", *size, 16, colour, 0, 0, 0)
    stride = len(data) // size[1]
    rows = b"".join(b"\0" + data[start : start + stride] for start in range(0, len(data), stride))
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    packed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@given(SIZES, SEEDS)
def test_every_lossless_format_gives_the_hash_of_the_same_pixels(size: tuple[int, int], seed: int) -> None:
    picture = noise(size, seed)
    expected = hashlib.sha256(f"RGB8 {size[0]} {size[1]}\n".encode() + picture.tobytes()).digest()
    for kind, options in LOSSLESS.items():
        assert pixels(encoded(picture, kind, **options)) == expected, kind


@given(SIZES, SEEDS)
def test_greys_are_the_same_as_colours_and_as_a_palette(size: tuple[int, int], seed: int) -> None:
    grey = noise(size, seed, channels=1)
    expected = pixels(encoded(grey.convert("RGB"), "PNG"))
    for picture in (grey, grey.convert("P"), grey.convert("LA"), grey.convert("RGBA")):
        assert pixels(encoded(picture, "PNG")) == expected, picture.mode
    assert pixels(encoded(grey, "GIF")) == pixels(encoded(grey, "TIFF")) == expected


@given(SIZES, SEEDS)
def test_a_palette_is_the_same_as_its_colours(size: tuple[int, int], seed: int) -> None:
    few = noise(size, seed).quantize(16)
    expected = pixels(encoded(few.convert("RGB"), "PNG"))
    assert pixels(encoded(few, "PNG")) == pixels(encoded(few, "GIF")) == expected


@given(SIZES, SEEDS)
def test_black_and_white_is_the_same_as_its_colours(size: tuple[int, int], seed: int) -> None:
    bilevel = noise(size, seed, channels=1).convert("1")
    expected = pixels(encoded(bilevel.convert("RGB"), "PNG"))
    for kind in ("PNG", "TIFF", "PPM", "BMP"):
        assert pixels(encoded(bilevel, kind)) == expected, kind


@given(SIZES, SEEDS, st.data())
def test_one_sample_that_differs_by_one_is_another_picture(
    size: tuple[int, int], seed: int, data: st.DataObject
) -> None:
    picture = noise(size, seed)
    samples_of = np.array(picture)
    place = data.draw(st.integers(0, samples_of.size - 1))
    samples_of.flat[place] ^= 1
    assert pixels(encoded(Image.fromarray(samples_of), "PNG")) != pixels(encoded(picture, "PNG"))


@given(SIZES, SEEDS)
def test_the_same_samples_in_another_shape_are_another_picture(size: tuple[int, int], seed: int) -> None:
    width, height = size[0], size[1] + size[0]  # Never square.
    picture = noise((width, height), seed)
    laid_down = Image.frombytes("RGB", (height, width), picture.tobytes())
    assert pixels(encoded(laid_down, "PNG")) != pixels(encoded(picture, "PNG"))


@given(SIZES, SEEDS)
def test_alpha_counts_unless_every_pixel_is_opaque(size: tuple[int, int], seed: int) -> None:
    picture = noise(size, seed)
    opaque = picture.convert("RGBA")
    assert pixels(encoded(opaque, "PNG")) == pixels(encoded(picture, "PNG"))
    assert pixels(encoded(opaque, "WEBP", lossless=True)) == pixels(encoded(picture, "PNG"))
    pierced = opaque.copy()
    pierced.putpixel((size[0] - 1, size[1] - 1), (0, 0, 0, 254))
    assert pixels(encoded(pierced, "PNG")) not in (None, pixels(encoded(picture, "PNG")))


@given(SIZES, SEEDS)
def test_colours_below_full_transparency_count(size: tuple[int, int], seed: int) -> None:
    first, second = (noise(size, seed + n) for n in (0, 1))
    for picture in (first, second):
        picture.putalpha(0)
    is_same = first.tobytes() == second.tobytes()
    assert (pixels(encoded(first, "PNG")) == pixels(encoded(second, "PNG"))) is is_same
    exact = encoded(first, "WEBP", lossless=True, exact=True)
    assert pixels(exact) == pixels(encoded(first, "PNG"))


def test_a_transparent_colour_is_alpha() -> None:
    picture = photo(1, (20, 10))
    picture.putpixel((3, 3), (255, 0, 255))
    keyed = encoded(picture, "PNG", transparency=(255, 0, 255))
    pierced = picture.convert("RGBA")
    pierced.putpixel((3, 3), (255, 0, 255, 0))
    assert pixels(keyed) == pixels(encoded(pierced, "PNG"))
    unused = encoded(photo(1, (20, 10)), "PNG", transparency=(255, 0, 255))
    assert pixels(unused) == pixels(encoded(photo(1, (20, 10)), "PNG"))


@given(SIZES, SEEDS)
def test_sixteen_bits_are_the_same_as_eight_only_if_they_say_no_more(
    size: tuple[int, int], seed: int
) -> None:
    grey = noise(size, seed, channels=1)
    repeated = np.asarray(grey).astype(np.uint16) * 257
    more = repeated.copy()
    more.flat[-1] ^= 1
    for kind in ("PNG", "TIFF", "PPM"):
        assert pixels(encoded(Image.fromarray(repeated), kind)) == pixels(encoded(grey, "PNG")), kind
    told = {pixels(encoded(Image.fromarray(more), kind)) for kind in ("PNG", "TIFF", "PPM")}
    assert len(told) == 1
    assert told.isdisjoint({None, pixels(encoded(grey, "PNG"))})


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_nothing_is_said_of_colours_whose_low_bits_the_decoder_drops(colour: int, channels: int) -> None:
    data = np.random.default_rng(0).integers(0, 256, 4 * 3 * channels * 2, dtype=np.uint8).tobytes()
    assert Image.open(_file(deep_png((4, 3), colour, data))).mode in ("RGB", "RGBA")
    assert pixels(deep_png((4, 3), colour, data)) is None


def test_nothing_is_said_of_deep_colours_in_other_formats() -> None:
    deep = b"P6 2 1 65535\n" + bytes(range(12))
    sgi = bytearray(encoded(photo(0, (4, 4)), "SGI", bpc=2))
    assert pixels(deep) is None
    assert pixels(bytes(sgi)) is None
    shallow = b"P6 2 1 255\n" + bytes(range(6))
    assert pixels(shallow) is not None


def test_a_deep_avif_is_told_by_its_configuration() -> None:
    data = encoded(photo(0, (32, 32)), "AVIF")
    at = data.index(b"av1C") + 6
    deep = data[:at] + bytes([data[at] | 0x40]) + data[at + 1 :]
    # The decoder refuses one that lies, so that only the question itself can be put.
    with opened(Content.from_bytes(data)) as picture:
        assert is_all_there_is(picture, Content.from_bytes(data))
        assert not is_all_there_is(picture, Content.from_bytes(deep))


def test_a_deep_jpeg_2000_is_told_by_the_precision_of_its_samples() -> None:
    data = encoded(photo(0, (32, 32)), "JPEG2000", no_jp2=True)
    second_precision = data.index(b"\xff\x4f\xff\x51") + 4 + 38 + 3
    assert data[second_precision] == 7
    deep = data[:second_precision] + b"\x0b" + data[second_precision + 1 :]
    assert pixels(data) == pixels(encoded(photo(0, (32, 32)), "PNG"))
    assert pixels(deep) is None


def test_cmyk_is_never_the_same_as_colours() -> None:
    ink = photo(0, (16, 16)).convert("CMYK")
    digest = pixels(encoded(ink, "TIFF"))
    assert digest == hashlib.sha256(b"CMYK 16 16\n" + ink.tobytes()).digest()
    assert digest != pixels(encoded(ink.convert("RGB"), "TIFF"))


@pytest.mark.parametrize("orientation", samples.ORIENTATIONS)
def test_a_picture_that_its_exif_turns_is_the_same_as_the_turned_one(orientation: int) -> None:
    upright = encoded(photo(0, (96, 64)), "PNG")
    for kind in ("PNG", "TIFF"):
        assert pixels(oriented(orientation, kind)) == pixels(upright), kind
    picture = Image.open(_file(oriented(orientation, "PNG")))
    again = encoded(picture, "WEBP", lossless=True, exif=picture.getexif())
    assert pixels(again) == pixels(upright)


def test_a_jpeg_without_its_metadata_is_the_same_picture() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a lake"
    picture = photo(3, (1500, 1100))
    with_metadata = encoded(picture, quality=80, exif=exif, comment=b"x", icc_profile=b"y" * 200)
    assert with_metadata != encoded(picture, quality=80)
    assert pixels(with_metadata) == pixels(encoded(picture, quality=80))
    assert pixels(encoded(picture, quality=80, progressive=True)) == pixels(encoded(picture, quality=80))


def test_a_large_jpeg_is_decoded_in_full() -> None:
    jpeg = encoded(photo(3, (1500, 1100)), quality=80)
    as_png = encoded(Image.open(_file(jpeg)), "PNG")
    assert pixels(jpeg) == pixels(as_png)


@pytest.mark.parametrize("name", ["moving.gif", "moving.png", "moving.webp", "pages.tif"])
def test_of_several_frames_nothing_is_said(name: str) -> None:
    assert pixels(samples.odd()[name]) is None


def test_a_second_view_is_a_second_picture_and_a_cameras_small_copy_is_none() -> None:
    one, other = photo(0, (64, 48)), photo(1, (64, 48))
    stereo = encoded(one, "MPO", save_all=True, append_images=[other])
    assert Image.open(_file(stereo)).format == "MPO"
    assert pixels(stereo) is None
    # The second entry's type, which Pillow writes as undefined, behind that of the first one.
    primary = stereo.index(struct.pack("<L", 0x030000), stereo.index(b"\x02\xb0\x07\x00")) + 16
    assert stereo[primary : primary + 4] == bytes(4)
    copy = stereo[:primary] + struct.pack("<L", 0x010001) + stereo[primary + 4 :]
    assert pixels(copy) == pixels(encoded(one))


def test_a_gain_map_is_no_second_picture_but_counts() -> None:
    def with_map(seed: int) -> bytes:
        made = encoded(photo(0, (64, 48)), "MPO", save_all=True, append_images=[photo(seed, (32, 24))])
        second = made.index(b"\xff\xd8\xff", 2)
        mark = b"http://ns.adobe.com/xap/1.0/\0<x apdi='urn:com:apple:photo:2020:aux:hdrgainmap'/>"
        segment = b"\xff\xe1" + struct.pack(">H", 2 + len(mark)) + mark
        return made[: second + 2] + segment + made[second + 2 :]

    assert pixels(with_map(1)) is not None
    assert pixels(with_map(1)) == pixels(with_map(1).replace(b"apdi", b"idpa"))
    assert len({pixels(with_map(1)), pixels(with_map(2)), pixels(encoded(photo(0, (64, 48))))}) == 3


def test_icons_and_textures_say_nothing() -> None:
    assert pixels(samples.good()["good.ico"]) is None
    assert pixels(samples.good()["good.dds"]) is None


def test_whatever_is_broken_fails_with_a_reason() -> None:
    # What has layers, or a sensor's samples, has no pixels to be hashed.
    unsaid = {"half.psb", "no-preview.dng"}
    for name in samples.broken().keys() - unsaid:
        data = samples.broken()[name]
        with pytest.raises(DecodeError, match=r"\w"):
            pixels(data)


def test_more_pixels_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "PIXEL_LIMIT", 99)
    with pytest.raises(DecodeError, match="10 x 10 pixels are more than the limit"):
        pixels(encoded(photo(0, (10, 10)), "PNG"))


@given(SIZES, SEEDS, st.sampled_from(samples.ORIENTATIONS), st.integers(1, 40))
@settings(max_examples=200)
def test_the_size_of_the_bands_does_not_matter(
    size: tuple[int, int], seed: int, orientation: int, band: int
) -> None:
    picture = noise(size, seed, channels=4)
    at_once = pixel_digest(turned(picture, orientation), 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical_pixels, "BAND", band)
        assert pixel_digest(picture, orientation) == at_once


@given(SIZES, st.sampled_from(samples.ORIENTATIONS), st.data())
def test_a_part_that_is_turned_is_that_part_of_what_is_turned(
    size: tuple[int, int], orientation: int, data: st.DataObject
) -> None:
    picture = noise(size, 0)
    width, height = turned_size(size, orientation)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    box = (left, top, data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height)))
    part = turned(picture.crop(stored_box(box, (width, height), orientation)), orientation)
    assert part.tobytes() == turned(picture, orientation).crop(box).tobytes()


def test_hashing_needs_no_second_copy_of_the_pixels() -> None:
    picture = Image.new("RGB", (4000, 3000), (1, 2, 3))
    tracemalloc.start()
    pixel_digest(picture, 6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 4 * canonical_pixels.BAND < 4000 * 3000 * 3


def test_pictures_of_the_corpus_that_share_a_hash_decode_to_the_same_pixels(corpus: Path) -> None:
    found: dict[bytes, dict[bytes, Path]] = defaultdict(dict)
    for path in sorted(path for path in corpus.rglob("*") if path.is_file()):
        data = path.read_bytes() if os.path.getsize(path) < 20_000_000 else b""
        try:
            digest = pixels(data)
        except Exception:  # noqa: BLE001 - no picture, or a broken one
            continue
        if digest is not None:
            found[digest][hashlib.sha256(data).digest()] = path
    assert found
    for same in found.values():
        shown = {_shown(path) for path in same.values()}
        assert len(shown) == 1, same


def _shown(path: Path) -> tuple[tuple[int, int], bytes]:
    with Image.open(path) as picture:
        try:
            upright = ImageOps.exif_transpose(picture)
        except ValueError:  # Its EXIF is no EXIF.
            upright = picture
        shown = upright.convert("RGBA")
        return shown.size, hashlib.sha256(shown.tobytes()).digest()


def _file(data: bytes) -> Any:
    return BytesIO(data)
