"""Metadata is found wherever formats keep it."""

import zlib
from collections.abc import Callable

import pytest

from dam.models.image.metadata.camera_component import camera
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.image_caption_component import image_caption
from dam.models.image.metadata.image_title_component import image_title
from tests.models.image.metadata import making
from tests.models.image.metadata.making import (
    chunk,
    exif_of,
    iptc_of,
    jpeg_of,
    png_of,
    read,
    resources_of,
    xmp_of,
)

EXIF = exif_of({making.MAKE: "NIKON CORPORATION", making.MODEL: "NIKON D800"})
XMP = xmp_of("<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>A lake</rdf:li></rdf:Alt></dc:title>")
IPTC = iptc_of((120, b"The lake at dawn"))
RESOURCES = resources_of((0x03ED, bytes(16)), (0x0404, IPTC), (0x0422, EXIF), (0x0424, XMP))


def profile(name: str, data: bytes) -> bytes:
    """Return a chunk as ImageMagick writes profiles."""
    text = b"\n%s\n%8d\n%s\n" % (name.encode(), len(data), data.hex().encode())
    return chunk(b"zTXt", b"Raw profile type " + name.encode() + b"\0\0" + zlib.compress(text))


EXIF_AND_XMP = {
    "jpeg": jpeg_of(EXIF, XMP),
    "png": png_of(chunk(b"eXIf", EXIF), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "png with compressed XMP": png_of(
        chunk(b"eXIf", EXIF), chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP))
    ),
    "png with profiles": png_of(profile("exif", b"Exif\0\0" + EXIF), profile("xmp", XMP)),
    "webp": making.webp_of(EXIF, XMP),
    "avif": making.avif_of(EXIF, XMP),
    "jpeg xl": making.jxl_of(EXIF, XMP),
    "fuji raw": making.raf_of(jpeg_of(EXIF, XMP)),
    "photoshop": making.psd_of(RESOURCES),
    "tiff": making.tiff_picture(EXIF, XMP, IPTC),
    "resources in a jpeg": jpeg_of(resources=RESOURCES),
}
IPTC_TOO = {
    "jpeg": jpeg_of(resources=RESOURCES),
    "jpeg in two segments": jpeg_of(
        others=making.segment(0xED, b"Photoshop 3.0\0" + RESOURCES[:30]), resources=RESOURCES[30:]
    ),
    "png": png_of(profile("iptc", RESOURCES)),
    "photoshop": making.psd_of(RESOURCES),
    "tiff": making.tiff_picture(EXIF, XMP, IPTC),
}


@pytest.mark.parametrize("name", EXIF_AND_XMP)
def test_exif_and_xmp_are_found(name: str) -> None:
    said = read(EXIF_AND_XMP[name])
    found, title = camera(said), image_title(said)
    assert found is not None
    assert (found.make, found.model, found.name) == ("NIKON CORPORATION", "NIKON D800", "Nikon D800")
    assert title is not None
    assert (title.text, title.source) == ("A lake", "xmp")


@pytest.mark.parametrize("name", IPTC_TOO)
def test_iptc_is_found(name: str) -> None:
    caption = image_caption(read(IPTC_TOO[name]))
    assert caption is not None
    assert (caption.text, caption.source) == ("The lake at dawn", "iptc")


def test_xmp_in_a_gif_is_found() -> None:
    title = image_title(read(making.gif_of(XMP)))
    assert title is not None
    assert title.text == "A lake"


def test_the_directories_of_a_cr3_are_put_together() -> None:
    main = exif_of({making.MODEL: "Canon EOS R6"})
    said = read(making.cr3_of(main, exif_of({making.TAKEN: "2025:09:06 20:24:47"}), exif_of({1: "N"})))
    assert said.exif.main[making.MODEL] == "Canon EOS R6"
    assert said.exif.exif[making.TAKEN] == "2025:09:06 20:24:47"
    assert said.exif.gps[1] == "N"


def test_exif_that_was_too_long_for_one_segment_is_put_together() -> None:
    long = exif_of({making.DESCRIPTION: "word " * 9000, making.ARTIST: "name " * 8000})
    parts = [long[:60000], long[60000:]]
    said = read(jpeg_of(others=b"".join(making.segment(0xE1, b"Exif\0\0" + part) for part in parts)))
    assert said.exif.main == {making.DESCRIPTION: "word " * 9000, making.ARTIST: "name " * 8000}


def test_what_stands_between_segments_is_passed_over() -> None:
    found = camera(read(jpeg_of(EXIF, others=b"\0" * 16)))
    assert found is not None


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str) -> None:
    entries = [(making.ORIENTATION, 3, 1, (6).to_bytes(2, "little" if order == "<" else "big"))]
    assert read(jpeg_of(making.tiff_of(entries, order))).exif.main == {making.ORIENTATION: 6}


@pytest.mark.parametrize("write", [making.jpeg_of, making.png_of, lambda: b"", lambda: b"no picture at all"])
def test_a_file_without_metadata_says_nothing(write: Callable[[], bytes]) -> None:
    said = read(write())
    assert said == Metadata()
