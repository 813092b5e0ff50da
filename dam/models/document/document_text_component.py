"""What a document says, as text."""

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy import SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document import DocumentComponent
from dam.models.document.reading import Reading

PART_LENGTH = 16_000
"""Characters of a part: PostgreSQL knows no more than 16,383 places in what it indexes."""
_BREAKS = (" ", "\n")
"""A line may end in the middle of a word, behind a hyphen."""


class DocumentTextComponent(Component):
    """A part of the text, in order from 0; a text of up to 16,000 characters has one."""

    is_index: ClassVar[bool] = True

    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)


@system(version=1, on=DocumentComponent)
def extract_text(reading: Reading) -> tuple[DocumentTextComponent, ...]:
    """Take the text in parts; nothing if there is none, as in scanned pages."""
    return tuple(
        DocumentTextComponent(part=number, text=part) for number, part in enumerate(_parts(reading.text))
    )


def _parts(text: str) -> Iterator[str]:
    """Yield a text in parts, each ending where a word does, if one does."""
    start = 0
    while start < len(text):
        end = start + PART_LENGTH
        if end < len(text):
            breaks = (text.rfind(mark, start + PART_LENGTH // 2, end) for mark in _BREAKS)
            end = next((at + 1 for at in breaks if at >= 0), end)
        yield text[start:end]
        start = end
