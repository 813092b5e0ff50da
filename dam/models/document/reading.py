"""What a document says, in one form for all formats, read once for every system that asks."""

from dataclasses import dataclass, field
from datetime import datetime

from dam.core.content import Content
from dam.core.system import resource
from dam.models.document import DocumentComponent
from dam.models.document.formats import reader_of


@dataclass(frozen=True)
class Facts:
    """What a document says about itself; None for what it does not say."""

    pages: int | None = None
    title: str | None = None
    author: str | None = None
    created: datetime | None = None
    """By the clock of whoever wrote it, as all times here."""
    modified: datetime | None = None
    page_width: float | None = None
    """Of the first page, in points."""
    page_height: float | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The text of a document, and its facts."""

    text: str = ""
    facts: Facts = field(default_factory=Facts)
    is_cut: bool = False
    """Whether there is more text than is kept."""


@resource
def read(document: DocumentComponent, content: Content) -> Reading:
    """Read the document, or nothing of a format that is only recognised.

    Raises DocumentError if it cannot be read.
    """
    reader = reader_of(document.media_type)
    return reader(content) if reader else Reading()
