"""Documents that mean harm cost themselves: bounded in memory and in time, and nothing outside is read."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dam.core.content import Content
from dam.core.ledger import Outcome
from dam.models.document.budget import TEXT_LIMIT
from dam.models.document.document_error import DocumentError
from dam.models.document.formats import reader_of
from dam.models.document.markup_text import Hypertext
from dam.models.document.samples import docx, good, packed, xlsx
from dam.testing import visit_bytes

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(media_type: str, data: bytes) -> str:
    reader = reader_of(media_type)
    assert reader is not None
    return reader(Content.from_bytes(data)).text


def test_a_bomb_of_spaces_is_stopped_while_it_is_unpacked() -> None:
    file = BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        part.write(b"<document><body>")
        for _ in range(130):
            part.write(b" " * (1 << 20))
    assert len(file.getvalue()) < 1 << 20
    with pytest.raises(DocumentError, match="too large: it unpacks to more than 128 MiB"):
        read(WORD, file.getvalue())


def test_text_beyond_the_limit_is_cut_and_told() -> None:
    reader = reader_of(WORD)
    assert reader is not None
    reading = reader(Content.from_bytes(docx(("word " * 1000,) * 1000)))
    assert (len(reading.text) <= TEXT_LIMIT, reading.is_cut) == (True, True)


def test_a_text_that_cells_repeat_ever_again_is_cut() -> None:
    cells = '<c t="s"><v>0</v></c>' * 2000
    sheet = f"<worksheet><row>{cells}</row></worksheet>"
    parts = {
        "[Content_Types].xml": "x",
        "xl/sharedStrings.xml": f"<sst><si><t>{'long ' * 20000}</t></si></sst>",
    }
    text = read(SHEET, packed({**parts, "xl/worksheets/sheet1.xml": sheet}))
    assert len(text) <= TEXT_LIMIT


def test_too_many_parts_are_refused_before_they_are_listed() -> None:
    many = packed({f"part{number}": b"" for number in range(20_001)})
    with pytest.raises(DocumentError, match="more than 20000 parts"):
        read(WORD, many)


@pytest.mark.parametrize(
    "declaration", ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">']
)
def test_no_document_type_is_taken(declaration: str) -> None:
    with pytest.raises(DocumentError, match="unsafe"):
        read(WORD, packed({"word/document.xml": f"{declaration}<document/>"}))


def test_an_encrypted_part_says_so() -> None:
    data = bytearray(xlsx())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(signature)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(signature, place + 4)
    with pytest.raises(DocumentError, match="encrypted: it needs a password"):
        read(SHEET, bytes(data))


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a b='", '"<a ">', "<script>", "<title>", "<![CDATA[", "&#", "<p>", "</scrip"]
)
def test_endless_markup_is_read_in_one_go(piece: str) -> None:
    assert len(Hypertext(piece * (200_000 // len(piece))).text.whole()) <= 200_000


def test_messages_in_messages_without_end_are_refused() -> None:
    nested = b"Content-Type: message/rfc822\n\n" * 5000 + b"x"
    with pytest.raises(DocumentError, match="nested too deep"):
        read("message/rfc822", b"From: a\nTo: b\n" + nested)


@pytest.mark.parametrize("name", sorted(good()))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_damage_anywhere_ends_in_text_or_in_a_plain_reason(name: str, data: st.DataObject) -> None:
    whole = bytearray(good()[name])
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(whole)))
    result = visit_bytes(name, bytes(whole[:cut]))
    reasons = [run.message or "" for run in result.runs if run.outcome is Outcome.FAILED]
    kinds = ("damaged", "encrypted", "too large", "unsafe")
    assert all(reason.startswith(kinds) for reason in reasons), reasons
    assert result.content == "fine"
