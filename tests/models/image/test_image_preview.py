"""Previews: small, upright, without metadata, and always the same bytes."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.models.image import samples
from dam.models.image.preview_component import make_preview
from dam.models.image.raster import Raster, raster

READABLE = samples.good() | samples.odd()


class Shelf:
    """A derived store in memory."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}

    def put_derived(self, data: bytes) -> bytes:
        digest = hashlib.sha256(data).digest()
        self.kept[digest] = data
        return digest


@given(width=st.integers(1, 1500), height=st.integers(1, 1500))
@settings(deadline=None, max_examples=40)
def test_a_preview_is_448_to_512_pixels_long_keeps_its_shape_and_is_never_enlarged(
    width: int, height: int
) -> None:
    shelf, picture = Shelf(), Image.new("RGB", (width, height), "navy")
    made = make_preview(Raster(picture=picture, displayed_size=picture.size), shelf)
    kept = shelf.kept[made.digest]
    with Image.open(BytesIO(kept)) as preview:
        assert preview.format == "JPEG"
        assert preview.size == (made.width, made.height)
    assert made.size == len(kept)
    assert made.media_type == "image/jpeg"
    longest = max(width, height)
    assert min(448, longest) <= max(made.width, made.height) <= min(512, longest)
    scale = max(made.width, made.height) / longest
    assert abs(made.width - width * scale) < 1
    assert abs(made.height - height * scale) < 1


def test_a_preview_looks_like_the_picture() -> None:
    for size in ((640, 480), (1000, 750), (1024, 768), (1296, 864), (1500, 1000), (500, 1600)):
        picture, shelf = samples.photo(3, size), Shelf()
        made = make_preview(Raster(picture=picture, displayed_size=size), shelf)
        with Image.open(BytesIO(shelf.kept[made.digest])) as preview:
            best = picture.resize(preview.size, Image.Resampling.LANCZOS)
            assert np.abs(np.asarray(preview, dtype=float) - np.asarray(best, dtype=float)).mean() < 3, size


def test_a_preview_is_upright_and_carries_no_metadata() -> None:
    shelf = Shelf()
    made = make_preview(raster(Content.from_bytes(samples.oriented(6))), shelf)
    with Image.open(BytesIO(shelf.kept[made.digest])) as preview:
        assert preview.size == (96, 64)
        assert not preview.getexif()
        assert not {"exif", "icc_profile", "xmp", "comment"} & preview.info.keys()


def test_a_comment_and_a_profile_of_the_original_do_not_leak() -> None:
    data = samples.encoded(
        samples.photo(1), comment=b"at home", icc_profile=b"profile", xmp=b"<x:xmpmeta/>", exif=_with_place()
    )
    shelf = Shelf()
    made = make_preview(raster(Content.from_bytes(data)), shelf)
    kept = shelf.kept[made.digest]
    assert not any(secret in kept for secret in (b"at home", b"profile", b"xmpmeta", b"Exif"))


@pytest.mark.parametrize("name", READABLE)
def test_making_a_preview_twice_gives_the_same_bytes(name: str) -> None:
    content, shelf = Content.from_bytes(READABLE[name]), Shelf()
    first, second = (make_preview(raster(content), shelf) for _ in range(2))
    assert first.digest == second.digest
    assert len(shelf.kept) == 1


def _with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 22.0, 33.0)}
    return exif
