"""What people wrote: title, caption, creator, copyright, keywords, rating; and which of them counts."""

from hashlib import md5

import pytest

from dam.models.image.metadata.description_system import read_description
from dam.models.image.metadata.image_caption_component import image_caption
from dam.models.image.metadata.image_copyright_component import image_copyright
from dam.models.image.metadata.image_creator_component import image_creators
from dam.models.image.metadata.image_keyword_component import KEYWORD_LIMIT, image_keywords
from dam.models.image.metadata.image_rating_component import image_rating
from dam.models.image.metadata.image_title_component import image_title
from dam.models.image.metadata.values import NAME_LIMIT
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

UTF8 = iptc_of((90, b"\x1b%G"), record=1)


def words(*texts: str) -> str:
    return (
        "<dc:subject><rdf:Bag>" + "".join(f"<rdf:li>{t}</rdf:li>" for t in texts) + "</rdf:Bag></dc:subject>"
    )


def described(text: str) -> str:
    return f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></dc:description>'


def keywords(data: bytes) -> set[tuple[str, str]]:
    return {(one.keyword, one.source) for one in image_keywords(read(data))}


def caption(data: bytes) -> tuple[str, str]:
    found = image_caption(read(data))
    assert found is not None
    return found.text, found.source


def test_keywords_are_those_of_xmp_and_each_only_once() -> None:
    iptc = resources_of((0x0404, iptc_of((25, b"????"), (25, b"sea"))))
    assert keywords(jpeg_of(xmp=xmp_of(words("море", "sea", "sea")), resources=iptc)) == {
        ("море", "xmp"),
        ("sea", "xmp"),
    }


@pytest.mark.parametrize(
    ("block", "word"),
    [
        (UTF8 + iptc_of((25, "mar\u00e9e".encode())), "mar\u00e9e"),
        (iptc_of((25, "mar\u00e9e".encode())), "mar\u00e9e"),
        (iptc_of((25, "mar\u00e9e".encode("cp1252"))), "mar\u00e9e"),
        (UTF8 + iptc_of((25, b"mar\xe9e")), "mar\ufffde"),
    ],
)
def test_iptc_is_read_in_its_own_character_set(block: bytes, word: str) -> None:
    assert keywords(jpeg_of(resources=resources_of((0x0404, block)))) == {(word, "iptc")}


def test_keywords_that_windows_wrote_are_the_last_resort() -> None:
    assert keywords(jpeg_of(exif_of({0x9C9E: "sea; lake;;sea".encode("utf-16-le")}))) == {
        ("sea", "windows"),
        ("lake", "windows"),
    }


def test_keywords_are_neither_too_many_nor_too_long() -> None:
    found = image_keywords(read(jpeg_of(xmp=xmp_of(words("x" * 5000, *map(str, range(2000)))))))
    assert len(found) == KEYWORD_LIMIT
    assert max(len(one.keyword) for one in found) == NAME_LIMIT


def test_exif_counts_before_xmp_and_xmp_before_iptc() -> None:
    exif, xmp = exif_of({making.DESCRIPTION: "of exif"}), xmp_of(described("of xmp"))
    iptc = resources_of((0x0404, iptc_of((120, b"of iptc"))))
    assert caption(jpeg_of(exif, xmp, iptc)) == ("of exif", "exif")
    assert caption(jpeg_of(b"", xmp, iptc)) == ("of xmp", "xmp")
    assert caption(jpeg_of(b"", b"", iptc)) == ("of iptc", "iptc")
    assert caption(jpeg_of(exif_of({making.DESCRIPTION: "   "}), xmp)) == ("of xmp", "xmp")


def test_iptc_that_was_changed_later_counts_before_xmp() -> None:
    xmp, iptc = xmp_of(described("of xmp")), iptc_of((120, b"of iptc"))
    current = md5(iptc, usedforsecurity=False).digest()
    stale = md5(b"as it was", usedforsecurity=False).digest()
    assert caption(jpeg_of(b"", xmp, resources_of((0x0404, iptc), (0x0425, current)))) == ("of xmp", "xmp")
    assert caption(jpeg_of(b"", xmp, resources_of((0x0404, iptc), (0x0425, stale)))) == ("of iptc", "iptc")
    assert caption(jpeg_of(b"", xmp, resources_of((0x0404, iptc), (0x0425, bytes(16))))) == ("of xmp", "xmp")


def test_creators_keep_their_order() -> None:
    exif = jpeg_of(exif_of({making.ARTIST: "Zoe; Adam ;Zoe"}))
    assert [(one.position, one.name) for one in image_creators(read(exif))] == [(0, "Zoe"), (1, "Adam")]
    listed = "<dc:creator><rdf:Seq><rdf:li>Zoe</rdf:li><rdf:li>Adam</rdf:li></rdf:Seq></dc:creator>"
    assert [one.name for one in image_creators(read(jpeg_of(xmp=xmp_of(listed))))] == ["Zoe", "Adam"]


@pytest.mark.parametrize(
    ("stars", "kept"), [("3", 3), ("0", 0), ("-1", -1), ("4.5", 4.5), ("9", None), ("x", None)]
)
def test_a_rating_is_in_stars(stars: str, kept: float | None) -> None:
    found = image_rating(read(jpeg_of(xmp=xmp_of("", f'xmp:Rating="{stars}"'))))
    assert (found.stars if found else None) == kept


def test_the_default_of_several_languages_counts() -> None:
    german, default = "<rdf:li xml:lang='de'>See</rdf:li>", "<rdf:li xml:lang='x-default'>Lake</rdf:li>"
    said = xmp_of(f"<dc:title><rdf:Alt>{german}{default}</rdf:Alt></dc:title>")
    title = image_title(read(jpeg_of(xmp=said)))
    assert title is not None
    assert title.text == "Lake"


def test_the_texts_of_a_png_count_where_there_is_nothing_else() -> None:
    said = read(
        png_of(chunk(b"tEXt", b"Title\0A lake"), chunk(b"iTXt", "Copyright\0\0\0\0\0\u00a9 Zoe".encode()))
    )
    title, notice = image_title(said), image_copyright(said)
    assert title is not None
    assert (title.text, title.source) == ("A lake", "png")
    assert notice is not None
    assert notice.text == "\u00a9 Zoe"


def test_a_file_that_says_nothing_is_described_by_nothing() -> None:
    assert read_description(read(jpeg_of(exif_of({making.DESCRIPTION: " \0"})))) == ()
