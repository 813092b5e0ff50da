"""Office's documents from before 2007 say who wrote them and when; their text is not read."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.content import Content
from dam.core.ledger import Outcome
from dam.models.document import DocumentComponent
from dam.models.document.document_properties_component import DocumentPropertiesComponent
from dam.models.document.old_office import read_old_office
from dam.models.document.reading import Facts, Reading
from dam.testing import visit_bytes
from tests.models.document.compound_files import encoding, moment, number, old_document, text, wide_text

TITLE, AUTHOR, KEYWORDS, CREATED, MODIFIED, PAGES = 2, 4, 5, 12, 13, 14
NEW_YEAR = 946_684_800
"""Of 2000."""
PROPERTIES = {
    1: encoding(1252),
    TITLE: text("Größe".encode("cp1252")),
    AUTHOR: wide_text("Mara Öst"),
    KEYWORDS: text(b"sea; old light"),
    CREATED: moment(NEW_YEAR),
    MODIFIED: moment(NEW_YEAR + 61),
    PAGES: number(12),
}


def reading(data: bytes) -> Reading:
    return read_old_office(Content.from_bytes(data))


@pytest.mark.parametrize("fill", [0, 10_000], ids=["in small sectors", "in whole ones"])
def test_title_author_keywords_times_and_pages_are_read(fill: int) -> None:
    assert reading(old_document(PROPERTIES, fill=fill)).facts == Facts(
        pages=12,
        title="Größe",
        author="Mara Öst",
        created=datetime(2000, 1, 1),  # noqa: DTZ001
        modified=datetime(2000, 1, 1, 0, 1, 1),  # noqa: DTZ001
        keywords=("sea", "old light"),
    )


@pytest.mark.parametrize(
    ("page", "encoded"),
    [(932, "cp932"), (10000, "mac_roman"), (65001, "utf-8"), (1200, "utf-16-le"), (7, "cp1252")],
)
def test_text_is_in_the_encoding_that_is_named(page: int, encoded: str) -> None:
    title = "ﾃｽﾄ" if page == 932 else "Größe"
    said = {1: encoding(page), TITLE: text(title.encode(encoded))}
    assert reading(old_document(said)).facts.title == title


def test_times_that_were_never_set_are_none() -> None:
    said = {CREATED: moment(-11_644_473_600), MODIFIED: moment(-11_644_473_600 + 7200)}
    assert reading(old_document(said)).facts == Facts()


def test_a_visit_makes_the_properties_and_no_text() -> None:
    result = visit_bytes("letter.doc", old_document(PROPERTIES))
    (kind,) = result.products[DocumentComponent]
    assert kind["media_type"] == "application/msword"
    (said,) = result.products[DocumentPropertiesComponent]
    assert (said["title"], said["author"], said["pages"]) == ("Größe", "Mara Öst", 12)
    outcomes = {run.system: run.outcome for run in result.runs}
    assert outcomes["document.extract_text"] is Outcome.NOTHING
    assert Outcome.FAILED not in outcomes.values()


@given(cut=st.integers(0, 4000), at=st.integers(8, 4000), put=st.binary(min_size=1, max_size=64))
def test_damage_costs_the_facts_at_most(cut: int, at: int, put: bytes) -> None:
    whole = old_document(PROPERTIES)
    reading(whole[:cut])
    changed = whole[:at] + put + whole[at + len(put) :]
    assert reading(changed).text == ""


@pytest.mark.parametrize("sector", range(6))
def test_chains_that_go_round_come_to_an_end(sector: int) -> None:
    whole = bytearray(old_document(PROPERTIES))
    whole[512 : 512 + 24] = b"".join(bytes([sector, 0, 0, 0]) for _ in range(6))
    whole[3 * 512 : 3 * 512 + 512] = bytes(512)
    assert reading(bytes(whole)).text == ""
