"""Pictures of which nothing is to be seen resemble nothing, whatever colours lie below."""

import pytest
from PIL import Image

from dam.core.content import Content
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.models.image.raster import raster
from dam.models.image.samples import encoded, photo
from dam.search.flatness import is_flat_hash


def with_alpha(alpha: int, visible: int = 0) -> Image.Image:
    picture = photo(4, (96, 64)).convert("RGBA")
    picture.putalpha(alpha)
    for x in range(visible):
        picture.putpixel((x, 5), (9, 9, 9, 255))
    return picture


def hidden_palette() -> bytes:
    return encoded(photo(4, (96, 64)).quantize(16), "PNG", transparency=bytes(16))


INVISIBLE = {
    "png": encoded(with_alpha(0), "PNG"),
    "lossless webp": encoded(with_alpha(0), "WEBP", lossless=True, exact=True),
    "tiff": encoded(with_alpha(0), "TIFF"),
    "grey": encoded(with_alpha(0).convert("LA"), "PNG"),
    "palette": hidden_palette(),
    "gif": encoded(Image.new("P", (96, 64), 3), "GIF", transparency=3),
    "one colour": encoded(Image.new("RGB", (96, 64), (1, 2, 3)), "PNG", transparency=(1, 2, 3)),
}


@pytest.mark.parametrize("name", INVISIBLE)
def test_what_is_transparent_everywhere_is_flat(name: str) -> None:
    made = raster(Content.from_bytes(INVISIBLE[name]))
    assert made.picture.getextrema() == ((0, 0),) * 3
    assert all(is_flat_hash(component.value) for component in hash_perceptually(made))
    assert hash_pdq(made).quality == 0


@pytest.mark.parametrize("picture", [with_alpha(1), with_alpha(0, visible=1)])
def test_a_single_pixel_that_can_be_seen_is_enough(picture: Image.Image) -> None:
    made = raster(Content.from_bytes(encoded(picture, "PNG")))
    assert made.picture.tobytes() == picture.convert("RGB").tobytes()


def test_an_alpha_channel_that_its_format_may_leave_empty_hides_nothing() -> None:
    made = raster(Content.from_bytes(encoded(with_alpha(0), "TGA")))
    assert made.picture.tobytes() == photo(4, (96, 64)).tobytes()
