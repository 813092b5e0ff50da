"""How long a text is, and in which language."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document import DocumentComponent
from dam.models.document.reading import Reading


class DocumentStatisticsComponent(Component):
    """The number of words and characters, and the language, as a code of two letters or three."""

    words: Mapped[int] = mapped_column(BigInteger)
    characters: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str | None]
    """As the words tell; where they do not, as the document says."""
    is_cut: Mapped[bool]
    """Whether there is more text than the four million characters that are kept."""


@system(version=1, on=DocumentComponent)
def count_words(reading: Reading) -> DocumentStatisticsComponent | None:
    """Count words and tell the language; nothing if there is no text."""
    from dam.models.document.language import language_of
    from dam.models.document.words import words_of

    words = words_of(reading.text)
    if not words:
        return None
    return DocumentStatisticsComponent(
        words=len(words),
        characters=len(reading.text),
        language=language_of(reading.text) or _declared(reading.facts.language),
        is_cut=reading.is_cut,
    )


def _declared(language: str | None) -> str | None:
    code = (language or "").replace("_", "-").partition("-")[0].lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else None
