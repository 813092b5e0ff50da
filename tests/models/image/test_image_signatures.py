"""Which bytes are claimed as pictures, and which never."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.content import Content
from dam.models.image import ImageComponent, samples
from dam.models.image.raster import raster

GOOD = samples.good()
BROKEN = samples.broken()

EXPECTED = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "tif": "image/tiff",
    "bmp": "image/bmp",
    "ico": "image/vnd.microsoft.icon",
    "ppm": "image/x-portable-pixmap",
    "jp2": "image/jp2",
    "avif": "image/avif",
    "tga": "image/x-tga",
    "pcx": "image/x-pcx",
    "dds": "image/vnd-ms.dds",
    "sgi": "image/sgi",
    "qoi": "image/qoi",
    "dng": "image/x-adobe-dng",
    "jxl": "image/jxl",
    "jxr": "image/jxr",
    "psb": "image/x-photoshop-large",
    "svg": "image/svg+xml",
    "svgz": "image/svg+xml-compressed",
}

STRANGERS = {
    "plain text": b"P5 is a music programme, P6 another.\n",
    "a list of numbers": b"P1 2 3\n",
    "mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "mov": b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ",
    "m4a": b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42",
    "film that is compatible with HEIC": b"\x00\x00\x00\x1cftypisom\x00\x00\x00\x00isomheicmif1",
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(16),
    "avi": b"RIFF\x24\x00\x00\x00AVI LIST" + bytes(16),
    "mp3": b"\xff\xfb\x90\x64" + bytes(100),
    "aac": b"\xff\xf1\x50\x80" + bytes(100),
    "pdf": b"%PDF-1.7\n" + bytes(100),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(100),
    "html with a drawing": b"<!DOCTYPE html><html><body><svg></svg></body></html>",
    "other things compressed": gzip.compress(b"no drawing"),
    "a drawing compressed and damaged": b"\x1f\x8b\x08" + bytes(20),
    "other xml": b'<?xml version="1.0"?><feed><svg/></feed>',
    "numbers with too few fields": b"P3 2 3 255\n",
    "text that starts with BM": b"BM is short for bench mark, and nothing else, as everybody knows.",
    "mpeg program stream": b"\x00\x00\x01\xba" + bytes(100),
    "windows font index": b"\x00\x00\x01\x00" + bytes(100),
    "utf-16 text": "\ufeffhello".encode("utf-16-le"),
    "zeros": bytes(65536),
    "nothing": b"",
}


@pytest.mark.parametrize("name", [*GOOD, *BROKEN])
def test_a_file_is_recognised_by_its_content(name: str) -> None:
    data = (GOOD | BROKEN)[name]
    extension = name.rpartition(".")[2]
    assert ImageComponent.recognise(data[:65536], frozenset({extension})) == EXPECTED[extension]


@pytest.mark.parametrize("name", [n for n in GOOD if not n.endswith(".tga")])
def test_no_name_is_needed_where_there_is_a_signature(name: str) -> None:
    assert ImageComponent.recognise(GOOD[name], frozenset()) == EXPECTED[name.rpartition(".")[2]]


def test_a_wrong_name_does_not_mislead() -> None:
    assert ImageComponent.recognise(samples.odd()["wrong-name.gif"], frozenset({"gif"})) == "image/png"


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_picture_is_left_alone_whatever_its_extension(name: str) -> None:
    names = frozenset({"jpg", "png", "ppm", "tga", "jxl", "svg", "heic", "nef"})
    assert ImageComponent.recognise(STRANGERS[name], names) is None


def test_tga_and_bare_jpeg_xl_need_their_extension() -> None:
    tga, jxl = GOOD["good.tga"], b"\xff\x0a\x00\x10"
    assert ImageComponent.recognise(tga, frozenset()) is None
    assert ImageComponent.recognise(jxl, frozenset({"bin"})) is None
    assert ImageComponent.recognise(jxl, frozenset({"jxl"})) == "image/jxl"


def test_the_extension_says_which_camera_wrote_a_tiff() -> None:
    tiff = GOOD["good.tif"]
    assert ImageComponent.recognise(tiff, frozenset({"nef"})) == "image/x-nikon-nef"
    assert ImageComponent.recognise(tiff, frozenset({"tif", "dng"})) == "image/x-adobe-dng"
    assert ImageComponent.recognise(GOOD["good.png"], frozenset({"nef"})) == "image/png"


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (b"avif\0\0\0\0mif1", "image/avif"),
        (b"mif1\0\0\0\0avif", "image/avif"),
        (b"heic\0\0\0\0mif1", "image/heic"),
        (b"mif1\0\0\0\0heic", "image/heic"),
        (b"mif1\0\0\0\0xyzw", "image/heif"),
        (b"hhhh\0\0\0\0heic", "image/heic"),
        (b"hhhh\0\0\0\0mif1", "image/heif"),
        (b"crx \0\0\0\1isom", "image/x-canon-cr3"),
    ],
)
def test_pictures_in_boxes_are_told_by_their_brands(brands: bytes, expected: str) -> None:
    assert ImageComponent.recognise(b"\x00\x00\x00\x14ftyp" + brands, frozenset()) == expected


@pytest.mark.parametrize(
    "svg",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xef\xbb\xbf  <svg>",
        b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg width="1">',
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<svg>',
        b"<?xml version='1.0'?><svg:svg xmlns:svg='http://www.w3.org/2000/svg'>",
    ],
)
def test_svg_is_told_by_its_first_element(svg: bytes) -> None:
    assert ImageComponent.recognise(svg, frozenset()) == "image/svg+xml"


@given(st.text(min_size=1))
def test_text_of_letters_is_never_a_picture(text: str) -> None:
    assert (
        ImageComponent.recognise(("say: " + text).encode(errors="replace"), frozenset({"txt", "tga"})) is None
    )


@given(st.binary(max_size=200), st.sampled_from([*GOOD.values()]), st.integers(0, 64))
def test_damaged_heads_are_answered_not_raised(noise: bytes, good: bytes, keep: int) -> None:
    found = ImageComponent.recognise(good[:keep] + noise, frozenset({"tga", "jxl"}))
    assert found is None or found.startswith("image/")


def test_importing_the_kind_imports_neither_pillow_nor_numpy() -> None:
    folder = Path(samples.__file__).parent
    light = [
        p.stem
        for p in folder.glob("*.py")
        if p.stem not in {"__init__", "colour_names", "hash64", "cosine", "lanczos", "canonical_pixels"}
    ]
    imports = "; ".join(f"import dam.models.image.{name}" for name in sorted(light))
    check = f"import sys; {imports}; print(sorted({{'PIL', 'numpy', 'pi_heif'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert len(light) > 8
    assert done.stdout.strip() == "[]"


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "head",
    [
        b"P6" + b" #\n" * 600,
        b"P6 " + b"\n# \n" * 600 + b"x",
        b"P2" + b"\n" * 2040,
        b"<!-- -->" * 1000 + b"<!DOCTYPE svg " + b"[" * 7000,
        b"<!-- -->" * 8000,
        b"<?xml " * 8000,
        b"<!DOCTYPE svg [" + b"] " * 8000,
    ],
    ids=range(7),
)
def test_no_head_makes_a_signature_take_for_ever(head: bytes) -> None:
    assert ImageComponent.recognise(head[:65536], frozenset({""})) is None


@pytest.mark.parametrize("kind", ["XBM", "IM", "SPIDER", "DIB"])
def test_old_formats_are_recognised_by_header_and_name_and_decoded(kind: str) -> None:
    picture = samples.photo(1, (64, 48)).convert({"XBM": "1", "IM": "RGB", "SPIDER": "F", "DIB": "RGB"}[kind])
    data = samples.encoded(picture, kind)
    found = ImageComponent.recognise(data, frozenset({kind.lower()}))

    assert found is not None
    assert raster(Content.from_bytes(data)).picture.size == (64, 48)


@pytest.mark.parametrize(
    "text",
    [
        b"#define SCREEN_width 3\nint x;\n",
        b"* a list\n* of things\n",
        b"Image type: unknown",
        b"SIMPLE  = F",
        b"\x28\0\0\0" + bytes(60),
    ],
)
def test_what_only_looks_like_an_old_format_is_none(text: bytes) -> None:
    assert ImageComponent.recognise(text, frozenset({"h", "dib", "imt", "spider", "txt"})) is None
