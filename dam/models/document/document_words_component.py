"""The words of a document, from which the database makes its index of full texts."""

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document.document_text_component import DocumentTextComponent
from dam.models.document.words import words_of

OVERLAP = 8
"""Words with which each part but the first repeats the end of the one before, for phrases across both."""


class DocumentWordsComponent(Component):
    """The words of a part of the text, as they are searched by, with spaces between them.

    Triggers keep the table `document_index` to it, which no class describes: it is one thing on SQLite and
    another on PostgreSQL.
    """

    is_index: ClassVar[bool] = True

    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)


@system(version=1)
def list_words(text: tuple[DocumentTextComponent, ...]) -> tuple[DocumentWordsComponent, ...]:
    """List the words of every part; nothing for a text of signs alone."""
    made: list[DocumentWordsComponent] = []
    before: list[str] = []
    for part in text:
        words = [*before, *words_of(part.text)]
        if len(words) > len(before):
            made.append(DocumentWordsComponent(part=part.part, words=" ".join(words)))
        before = words[-OVERLAP:]
    return tuple(made)


def words_in_order(parts: Iterable[DocumentWordsComponent]) -> list[str]:
    """Return all words of a document, each once."""
    found: list[str] = []
    for part in parts:
        words = part.words.split(" ")
        found += words[min(OVERLAP, len(found)) :]
    return found
