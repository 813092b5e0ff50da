"""Real documents made by others: what they are, that they are read, and that bad ones cost only themselves.

Runs only where DAM_TEST_CORPUS names the folder.
"""

from pathlib import Path

import pytest

from dam.core.ledger import Outcome
from dam.core.recognition import extension_of
from dam.models.document import DocumentComponent
from dam.models.document.document_statistics_component import DocumentStatisticsComponent
from dam.models.document.document_text_component import DocumentTextComponent
from dam.testing import visit_bytes

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    ".pdf": "application/pdf",
    ".docx": f"{OFFICE}.wordprocessingml.document",
    ".xlsx": f"{OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{OFFICE}.presentationml.presentation",
    ".docm": "application/vnd.ms-word.document.macroEnabled.12",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    ".vsdx": "application/vnd.ms-visio.drawing",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odg": "application/vnd.oasis.opendocument.graphics",
    ".epub": "application/epub+zip",
    ".eml": "message/rfc822",
    ".rtf": "application/rtf",
    ".html": "text/html",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".msg": "application/vnd.ms-outlook",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
NEED_PASSWORDS = ("encrypted-file.pdf", "user-password.pdf", "both-passwords.pdf")


def documents(corpus: Path) -> list[Path]:
    return [file for folder in ("pdf", "office", "text") for file in sorted((corpus / folder).iterdir())]


def recognised(file: Path, *, named: bool = True) -> str | None:
    with file.open("rb") as opened:
        head = opened.read(65536)
    extension = extension_of(file.name.encode()) if named else ""
    return DocumentComponent.recognise(head, frozenset({extension}))


def test_every_document_is_what_its_makers_say(corpus: Path) -> None:
    wrong = {
        file.name: recognised(file)
        for file in documents(corpus)
        if file.suffix in TYPES
        and not file.name.startswith("xhtml")
        and recognised(file) != TYPES[file.suffix]
    }
    assert wrong == {}


def test_what_has_a_signature_needs_no_name(corpus: Path) -> None:
    nameless = [
        file for file in documents(corpus) if file.suffix not in (".txt", ".csv", ".md", ".html", ".eml")
    ]
    beyond_the_head = {"fixture.doc.cfb"}
    changed = {f.name for f in nameless if recognised(f) != recognised(f, named=False)} - beyond_the_head
    assert changed <= {
        "legacy_sample.doc",
        "test.xls",
        "test_outlook_msg.msg",
        "fixture-password-protected.xls",
    }


def test_nothing_else_is_taken_for_a_document(corpus: Path) -> None:
    others = [
        file
        for folder in ("image", "photo", "audio", "video", "archive", "raw", "exif")
        for file in (corpus / folder).rglob("*")
        if file.is_file()
    ]
    texts = {".txt", ".md", ".csv", ".html"}
    assert len(others) > 100
    assert [file for file in others if file.suffix.lower() not in texts and recognised(file)] == []


def test_real_documents_are_read_and_those_with_passwords_say_so(corpus: Path) -> None:
    failed: dict[str, str | None] = {}
    with_text = 0
    for file in documents(corpus):
        result = visit_bytes(file.name, file.read_bytes())
        for run in result.runs:
            if run.outcome is Outcome.FAILED:
                failed[file.name] = run.message
        with_text += bool(result.products.get(DocumentTextComponent))
    assert set(failed.values()) == {"encrypted: it needs a password"}
    assert all(name.endswith(NEED_PASSWORDS) for name in failed)
    assert with_text >= 60


@pytest.mark.parametrize(
    ("name", "words", "pages"),
    [
        ("pdf/Seige_of_Vicksburg_Sample_OCR.pdf", 2300, 6),
        ("office/test.docx", 650, 2),
        ("pdf/test.pdf", 770, 1),
    ],
)
def test_words_are_counted_about_right(name: str, words: int, pages: int, corpus: Path) -> None:
    result = visit_bytes(name, (corpus / name).read_bytes())
    (facts,) = result.products[DocumentStatisticsComponent]
    assert (facts["words"], facts["language"]) == (pytest.approx(words, rel=0.1), "en")
    (said,) = [
        rows[0] for part, rows in result.products.items() if part.__name__ == "DocumentPropertiesComponent"
    ]
    assert said["pages"] == pages


def test_malformed_documents_end_in_a_reason(corpus: Path) -> None:
    for file in sorted((corpus / "malformed" / "pdf-office").iterdir()):
        result = visit_bytes(file.name, file.read_bytes())
        failed = [run for run in result.runs if run.outcome is Outcome.FAILED]
        kinds = ("damaged", "encrypted", "too large", "unsafe")
        own = [run for run in failed if run.system.startswith("document.")]
        assert all((run.message or "").startswith(kinds) for run in own), file.name
