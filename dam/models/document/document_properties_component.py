"""What a document says about itself."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import WallTime
from dam.core.component import Component
from dam.core.system import system
from dam.models.document import DocumentComponent
from dam.models.document.reading import Facts, Reading

_TOLD = ("pages", "title", "author", "created", "modified", "page_width", "page_height")


class DocumentPropertiesComponent(Component):
    """Pages, title, author and times, as far as the document says; of e-mail, subject, sender and date.

    Times are those on the clock of whoever wrote it. Pages of what has none until it is printed are what
    the program counted that saved it last.
    """

    __table_args__ = (CheckConstraint("pages >= 0", name="pages_count"),)

    pages: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str | None]
    author: Mapped[str | None]
    created: Mapped[datetime | None] = mapped_column(WallTime)
    modified: Mapped[datetime | None] = mapped_column(WallTime)
    page_width: Mapped[float | None]
    """Of the first page as displayed, in points: 1/72 of an inch."""
    page_height: Mapped[float | None]


@system(version=2, on=DocumentComponent)
def read_properties(reading: Reading) -> DocumentPropertiesComponent | None:
    """Take what the document says; nothing if it says nothing."""
    facts: Facts = reading.facts
    told = {name: getattr(facts, name) for name in _TOLD}
    return DocumentPropertiesComponent(**told) if any(v is not None for v in told.values()) else None
