"""What is read of documents of every format: text, properties, language, and a preview."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from dam.core.component import Component
from dam.core.ledger import Outcome
from dam.models.document import DocumentComponent
from dam.models.document.document_keyword_component import DocumentKeywordComponent
from dam.models.document.document_preview_component import DocumentPreviewComponent
from dam.models.document.document_properties_component import DocumentPropertiesComponent
from dam.models.document.document_statistics_component import DocumentStatisticsComponent
from dam.models.document.document_text_component import DocumentTextComponent
from dam.models.document.plain_words import keywords_in
from dam.models.document.samples import (
    AUTHOR,
    KEYWORDS,
    PARAGRAPHS,
    TITLE,
    broken,
    docx,
    eml,
    good,
    html,
    odd,
    pdf,
    rtf,
)
from dam.services.file_storage import create_store
from dam.testing import visit_bytes


def made(name: str, data: bytes, component: type[Component]) -> list[dict[str, Any]]:
    return visit_bytes(name, data).products.get(component, [])


def text_of(name: str, data: bytes) -> str:
    return "".join(row["text"] for row in made(name, data, DocumentTextComponent))


@pytest.mark.parametrize("name", sorted(good()))
def test_every_format_gives_the_same_text(name: str) -> None:
    text = " ".join(text_of(name, good()[name]).split())
    places = [text.find(paragraph) for paragraph in PARAGRAPHS]
    assert -1 not in places
    assert places == sorted(places)
    assert not any(hidden in text for hidden in ("hidden", "attached", "Helvetica", "Nobody", "spoken"))


@pytest.mark.parametrize("name", ["good.pdf", "good.docx", "good.odt", "good.xlsx", "good.pptx", "good.epub"])
def test_a_document_says_what_it_is_called_who_wrote_it_and_when(name: str) -> None:
    (facts,) = made(name, good()[name], DocumentPropertiesComponent)
    assert (facts["title"], facts["author"]) == (TITLE, AUTHOR)
    assert facts["created"] == datetime.fromisoformat("2004-05-06T07:08:09")
    pages = {"good.pdf": 1, "good.docx": 1, "good.odt": 1, "good.pptx": len(PARAGRAPHS)}
    assert facts["pages"] == pages.get(name)
    assert facts["page_width"] == (595 if name == "good.pdf" else None)


@pytest.mark.parametrize("name", sorted(good().keys() - {"good.eml", "good.txt", "good.md"}))
def test_every_format_that_has_keywords_gives_them_one_by_one(name: str) -> None:
    rows = made(name, good()[name], DocumentKeywordComponent)
    assert sorted(row["keyword"] for row in rows) == sorted(KEYWORDS)


def test_keywords_are_told_apart_and_what_is_too_long_is_none() -> None:
    assert keywords_in(" one , two;two\nthree;;", None, "a" * 201) == ("one", "two", "two", "three")
    said = pdf().replace(b"/Keywords (sea, old light)", b"/Keywords (sea, sea, sea) ")
    assert [row["keyword"] for row in made("a.pdf", said, DocumentKeywordComponent)] == ["sea"]


def test_a_message_says_its_subject_its_sender_and_its_date() -> None:
    (facts,) = made("a.eml", eml(), DocumentPropertiesComponent)
    assert (facts["title"], facts["author"]) == (TITLE, f"{AUTHOR} <ada@example.org>")
    assert facts["created"] == datetime.fromisoformat("2004-05-06T07:08:09")


def test_a_title_of_a_page_and_of_rich_text_is_read() -> None:
    for name, data in (("a.html", html()), ("a.rtf", rtf())):
        (facts,) = made(name, data, DocumentPropertiesComponent)
        assert (facts["title"], facts["author"]) == (TITLE, AUTHOR)


def test_words_are_counted_and_the_language_is_told() -> None:
    (facts,) = made("a.docx", docx(), DocumentStatisticsComponent)
    words = sum(len(paragraph.split()) for paragraph in PARAGRAPHS)
    assert (facts["words"], facts["language"], facts["is_cut"]) == (words, "en", False)


def test_the_first_page_is_the_preview_whatever_its_size() -> None:
    store = create_store("memory:visit-bytes", "0" * 32)
    for data, size in (
        (pdf(), (362, 512)),
        (pdf(size=(14400, 3)), (512, 1)),
        (pdf(size=(20, 10)), (512, 256)),
    ):
        (preview,) = made("a.pdf", data, DocumentPreviewComponent)
        assert (preview["width"], preview["height"]) == size
        assert preview["media_type"] == "image/jpeg"
    (preview,) = made("a.pdf", pdf(), DocumentPreviewComponent)
    derived = store.open_derived(preview["digest"])
    if derived is not None:
        with derived:
            picture = Image.open(BytesIO(derived.read())).convert("L")
        assert picture.getextrema() == pytest.approx((0, 255), abs=60), "black letters on white paper"


def test_text_in_any_encoding_is_read() -> None:
    assert PARAGRAPHS[0] in text_of("utf-16.txt", odd()["utf-16.txt"])
    assert text_of("latin-1.txt", odd()["latin-1.txt"]) == "Grüße aus Köln, wo es läutet"
    greek = '<meta charset="iso-8859-7"><p>Ελλάδα'.encode("iso-8859-7")
    assert text_of("a.html", b"<html>" + greek) == "Ελλάδα"
    assert "“a—b” é ß" in text_of(
        "a.rtf", rb"{\rtf1\ansi\ansicpg1252 \ldblquote a\emdash b\rdblquote  \u233? \'df}"
    )


def test_what_was_deleted_or_repeats_something_is_no_text() -> None:
    more = (
        "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>kept</w:t></w:r></w:ins></w:p>"
        "<w:p><x><Choice><w:r><w:t>once</w:t></w:r></Choice><Fallback><w:r><w:t>once</w:t></w:r></Fallback></x></w:p>"
    )
    text = text_of("a.docx", docx(("start",), more))
    assert text == "start\nkept\nonce"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("head-only.pdf", "damaged: no PDF that can be read"),
        ("half.docx", "damaged: not a whole ZIP file"),
        ("entities.docx", "unsafe: it declares a document type or entities"),
        ("not-xml.docx", "damaged: not well-formed"),
        ("no-body.docx", "damaged: it has no part word/document.xml"),
        ("deep.odt", "damaged: elements nested more than 1000 deep"),
        ("no-list.epub", "damaged: it has no part META-INF/container.xml"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, reason: str) -> None:
    runs = {run.system: run for run in visit_bytes(name, broken()[name]).runs}
    failed = runs["document.extract_text"]
    assert failed.outcome is Outcome.FAILED
    assert (failed.message or "").startswith(reason)
    assert runs["document.read_properties"].message == failed.message


def test_a_format_that_is_only_recognised_has_no_text_and_fails_nowhere() -> None:
    outcomes = {run.system: run.outcome for run in visit_bytes("old.doc", odd()["old.doc"]).runs}
    assert outcomes["document.extract_text"] is Outcome.NOTHING
    assert Outcome.FAILED not in outcomes.values()


@pytest.mark.parametrize("name", ["txt", "md", "csv", "html", "log"])
@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'/><?xpacket end='w'?>",
    ],
    ids=["drawing", "sidecar"],
)
def test_drawings_and_sidecars_are_no_documents_whatever_they_are_called(name: str, data: bytes) -> None:
    assert DocumentComponent.recognise(data, frozenset({name})) is None
