"""Formats that Pillow does not know: what is decoded of them, and what never is."""

import base64
import gzip
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.models.image import ImageComponent, samples
from dam.models.image.decoding import DecodeError
from dam.models.image.dimensions_component import DimensionsComponent, measure
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.image_pixel_hash_component import hash_pixels
from dam.models.image.raster import raster
from dam.models.image.sample_documents import JPEG_XL, dng, photoshop, svg

WHITE = (255, 255, 255)
PREVIEW = samples.encoded(samples.photo(7, (48, 32)), quality=95)


def drawn(data: bytes) -> Image.Image:
    return raster(Content.from_bytes(data)).picture


def size_of(data: bytes) -> tuple[int, int]:
    dimensions, *_ = measure(Content.from_bytes(data))
    assert isinstance(dimensions, DimensionsComponent)
    return dimensions.width, dimensions.height


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="64" height="48"', (64, 48)),
        ('width="64.4px" height="47.6px"', (64, 48)),
        ('viewBox="0 0 64 48"', (64, 48)),
        ('viewBox="0,0,64,48" width="128"', (128, 96)),
        ('viewBox="0 0 64 48" height="96"', (128, 96)),
        ('viewBox="0 0 64 48" width="100%" height="50%"', (64, 24)),
        ('width="1in" height="25.4mm"', (96, 96)),
        ('width="30pt" height="2pc"', (40, 32)),
        ('width="1e9" height="5"', (1_000_000_000, 5)),
    ],
)
def test_a_drawing_is_as_large_as_it_says(attributes: str, size: tuple[int, int]) -> None:
    assert size_of(svg(size=attributes)) == size


@pytest.mark.parametrize("attributes", ['width="9e8" height="9e8"', 'width="3" height="9e8"', ""])
def test_no_drawing_is_drawn_large(attributes: str) -> None:
    assert max(drawn(svg(size=attributes)).size) <= 1024


def test_a_drawing_is_drawn_on_white() -> None:
    picture = drawn(svg(size='width="80" height="48"'))
    assert picture.getpixel((20, 18)) == (255, 215, 0)
    assert picture.getpixel((75, 5)) == WHITE


@pytest.mark.parametrize("reference", ["{path}", "file://{path}", " {path}", "&where;"])
@pytest.mark.parametrize("attribute", ["href", "xlink:href", "any:href"])
def test_a_drawing_shows_nothing_from_outside_its_file(
    tmp_path: Path, reference: str, attribute: str
) -> None:
    path = tmp_path / "secret.png"
    Image.new("RGB", (48, 48), "red").save(path)
    spaces = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:any="http://www.w3.org/1999/xlink"'
    image = f'<image {attribute}="{reference.format(path=path)}" width="64" height="48"/>'
    kinds = f'<!DOCTYPE svg [<!ENTITY where "{path}"><!ENTITY out SYSTEM "{path}">]>'.encode()
    assert drawn(kinds + svg(size=f'width="64" height="48" {spaces}', within=image)).getpixel((60, 3)) == (
        0x88,
        0x77,
        0xBB,
    )


def test_a_drawing_within_a_drawing_shows_nothing_from_outside_either(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    Image.new("RGB", (64, 48), "red").save(path)
    inner = svg(within=f'<image href="{path}" width="64" height="48"/>')
    for kind in ("image/svg+xml", "image/png"):
        uri = f"data:{kind};base64,{base64.b64encode(inner).decode()}"
        shown = drawn(svg(within=f'<image href="{uri}" width="64" height="48"/>'))
        assert shown.getpixel((60, 3)) == (0x88, 0x77, 0xBB)


def test_a_picture_within_a_drawing_is_shown() -> None:
    png = samples.encoded(Image.new("RGB", (64, 48), "red"), "PNG")
    uri = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    assert drawn(svg(within=f'<image href="{uri}" width="64" height="48"/>')).getpixel((60, 3)) == (255, 0, 0)


def test_a_drawings_own_entities_are_known() -> None:
    data = b'<!DOCTYPE svg [<!ENTITY tint "lime">]>' + svg(
        within='<rect fill="&tint;" width="9" height="9"/>'
    )
    assert drawn(data).getpixel((3, 3)) == (0, 255, 0)


@pytest.mark.parametrize(
    ("within", "reason"),
    [
        ("<g>" * 500 + "</g>" * 500, "deep in each other"),
        ("<g/>" * 500_001, "more than 500000 elements"),
        ("<g>", "not well-formed: mismatched tag"),
        ("&missing;", "not well-formed: undefined entity"),
    ],
)
def test_a_drawing_that_is_too_much_fails_and_says_why(within: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        drawn(svg(within=within))


def test_a_compressed_drawing_is_the_same_drawing() -> None:
    whole = gzip.compress(svg())
    assert size_of(whole) == (64, 48)
    assert drawn(whole).tobytes() == drawn(svg()).tobytes()
    with pytest.raises(DecodeError, match="truncated"):
        drawn(whole[:-12])
    long = gzip.compress(svg(within=f"<!--{'-a'.join(map(str, range(20_000)))}-->"))
    with pytest.raises(DecodeError, match="damaged"):
        drawn(long[:-200] + b"\xff" * 100 + long[-100:])


def test_a_drawing_that_inflates_without_end_is_refused() -> None:
    bomb = gzip.compress(svg(within=" " * (65 << 20)))
    assert len(bomb) < 100_000
    with pytest.raises(DecodeError, match="more than 64 MiB"):
        drawn(bomb)


def test_entities_that_multiply_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(10))
    data = f'<!DOCTYPE svg [<!ENTITY l0 "{"ha" * 500}">{laughs}]>'.encode() + svg(within="<g>&l10;</g>")
    with pytest.raises(DecodeError, match=r"amplification|characters"):
        drawn(data)


def test_a_raw_has_the_cameras_size_and_the_previews_looks() -> None:
    content = Content.from_bytes(dng(PREVIEW, (48, 32)))
    made = raster(content)
    assert size_of(dng(PREVIEW, (48, 32))) == made.displayed_size == (96, 64)
    assert np.array_equal(np.asarray(made.picture), np.asarray(drawn(PREVIEW)))
    hashes = [hash_pdq(one).value for one in (made, raster(Content.from_bytes(PREVIEW)))]
    assert (int.from_bytes(hashes[0], "big") ^ int.from_bytes(hashes[1], "big")).bit_count() <= 4
    assert hash_pixels(content) is None


@pytest.mark.parametrize(
    ("orientation", "method"),
    [(3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_270), (8, Image.Transpose.ROTATE_90)],
)
def test_a_raws_preview_is_turned_as_the_raw_is(orientation: int, method: Image.Transpose) -> None:
    data = dng(PREVIEW, (48, 32), orientation)
    assert size_of(data) == ((96, 64) if orientation == 3 else (64, 96))
    assert np.array_equal(np.asarray(drawn(data)), np.asarray(drawn(PREVIEW).transpose(method)))


def test_a_preview_that_was_turned_before_is_not_turned_again() -> None:
    upright = samples.encoded(samples.photo(7, (32, 48)))
    assert drawn(dng(upright, (32, 48), 6)).size == (32, 48)


def test_a_large_preview_is_decoded_smaller() -> None:
    large = samples.encoded(samples.photo(7, (2400, 1600)))
    assert drawn(dng(large, (2400, 1600))).size == (1200, 800)


def test_a_raw_without_a_preview_is_measured_and_not_developed() -> None:
    data = dng(None, (0, 0))
    assert size_of(data) == (96, 64)
    with pytest.raises(DecodeError, match="it holds no preview, or is cut short before it, and raw pictures"):
        drawn(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_raw_that_is_cut_short_is_told_as_damage(share: float) -> None:
    data = dng(PREVIEW, (96, 64))
    with pytest.raises(DecodeError, match=r"cut short|damaged"):
        drawn(data[: round(share * len(data))])


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_photoshops_documents_show_their_composite(depth: int, packed: bool, is_large: bool) -> None:
    picture = samples.photo(2, (50, 30))
    made = drawn(photoshop(picture, depth, is_large=is_large, packed=packed))
    assert np.array_equal(np.asarray(made), np.asarray(picture))


@given(st.integers(0, 400), st.booleans(), st.booleans())
def test_a_cut_document_fails_with_a_reason(length: int, packed: bool, is_large: bool) -> None:
    data = photoshop(samples.photo(2, (16, 12)), is_large=is_large, packed=packed)[:length]
    with pytest.raises(DecodeError, match=r"\w"):
        drawn(data)


def test_a_jpeg_xl_is_measured_without_its_decoder_and_decoded_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert drawn(JPEG_XL).getpixel((23, 15)) == (230, 225, 128)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    assert size_of(JPEG_XL) == (24, 16)
    with pytest.raises(Unavailable, match="imagecodecs"):
        drawn(JPEG_XL)


@pytest.mark.parametrize(
    ("data", "module", "act"),
    [
        (svg(), "resvg_py", drawn),
        (dng(PREVIEW, (48, 32)), "rawpy", drawn),
        (dng(PREVIEW, (48, 32)), "rawpy", size_of),
    ],
)
def test_without_its_library_a_format_is_unavailable_not_failed(
    data: bytes, module: str, act: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Unavailable) as caught:
        act(data)  # type: ignore[operator]
    assert caught.value.message == f"{module} (extra: image)"


@given(st.sampled_from(sorted(samples.taught())), st.data())
def test_flipped_bytes_give_a_picture_or_a_decode_error(name: str, data: st.DataObject) -> None:
    changed = bytearray(samples.taught()[name])
    for place in data.draw(st.lists(st.integers(0, len(changed) - 1), min_size=1, max_size=6)):
        changed[place] = data.draw(st.integers(0, 255))
    if ImageComponent.recognise(bytes(changed), frozenset()) is None:
        return
    outcome: object = None
    try:
        outcome = drawn(bytes(changed)).mode
    except DecodeError as error:
        outcome = str(error) and "an error that says why"
    assert outcome in {"RGB", "an error that says why"}
