"""Documents in whose text words stand, best first, and where."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.models.document import DocumentComponent
from dam.models.document.document_text_component import DocumentTextComponent, extract_text
from dam.search.snippets import Snippet, snippet_of
from dam.search.text_index import Hit, best_part, search_index
from dam.search.text_terms import Term
from dam.search.waiting import count_waiting


@dataclass(frozen=True)
class FoundText:
    """A document that has what was searched for."""

    entity: int
    score: float
    """The higher the better, among answers to one question on one kind of database."""
    snippet: Snippet


@dataclass(frozen=True)
class FoundTexts:
    """The documents, best first, and what could not be searched."""

    matches: list[FoundText] = field(default_factory=list)
    found: int = 0
    """How many there are, also those beyond the limit."""
    unsearched: int = 0
    """Documents in the library whose text is still to be read."""


def find_texts(session: Session, terms: Sequence[Term], limit: int | None) -> FoundTexts:
    """Return the documents in which all terms stand, best first."""
    hits, found = search_index(session, terms, limit)
    matches = [FoundText(hit.entity, hit.score, _snippet(session, terms, hit)) for hit in hits]
    return FoundTexts(matches, found, count_waiting(session, DocumentComponent, extract_text))


def _snippet(session: Session, terms: Sequence[Term], hit: Hit) -> Snippet:
    part = best_part(session, terms, hit.entity)
    table = DocumentTextComponent
    text = session.scalar(select(table.text).where(table.entity_id == hit.entity, table.part == part))
    return snippet_of(text or "", terms)
