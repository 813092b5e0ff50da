"""The words that somebody finds a document by."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document import DocumentComponent
from dam.models.document.reading import Facts, Reading

KEYWORDS_LIMIT = 1000
"""How many are kept of one document."""


class DocumentKeywordComponent(Component):
    """One of the keywords that a document says of itself; of a book, one of its subjects."""

    enriches = True

    keyword: Mapped[str] = mapped_column(Text, primary_key=True, index=True)

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


@system(version=1, on=DocumentComponent)
def list_keywords(reading: Reading) -> tuple[DocumentKeywordComponent, ...]:
    """List the keywords, each once."""
    facts: Facts = reading.facts
    words = list(dict.fromkeys(facts.keywords))[:KEYWORDS_LIMIT]
    return tuple(DocumentKeywordComponent(keyword=word) for word in words)
