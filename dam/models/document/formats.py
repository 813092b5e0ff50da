"""Which reader reads which format; a reader is imported when one is needed."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from dam.core.content import Content

if TYPE_CHECKING:
    from dam.models.document.reading import Reading

_READERS = (
    ("application/pdf", "pdf.read_pdf"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.", "word.read_word"),
    ("application/vnd.ms-word.", "word.read_word"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.", "sheets.read_sheets"),
    ("application/vnd.ms-excel.", "sheets.read_sheets"),
    ("application/vnd.openxmlformats-officedocument.presentationml.", "slides.read_slides"),
    ("application/vnd.ms-powerpoint.", "slides.read_slides"),
    ("application/vnd.oasis.opendocument.", "open_document.read_open_document"),
    ("application/msword", "old_office.read_old_office"),
    ("application/vnd.ms-excel", "old_office.read_old_office"),
    ("application/vnd.ms-powerpoint", "old_office.read_old_office"),
    ("application/vnd.visio", "old_office.read_old_office"),
    ("application/x-mspublisher", "old_office.read_old_office"),
    ("application/epub+zip", "epub.read_epub"),
    ("application/rtf", "rich_text.read_rich_text"),
    ("application/xhtml+xml", "hypertext.read_hypertext"),
    ("message/rfc822", "mail.read_mail"),
    ("text/html", "hypertext.read_hypertext"),
    ("text/", "plain_text.read_plain_text"),
)
"""By the beginning of the media type; the first one counts."""


def reader_of(media_type: str) -> "Callable[[Content], Reading] | None":
    """Return what reads a format, None if nothing does."""
    found = next((name for start, name in _READERS if media_type.startswith(start)), None)
    if found is None:
        return None
    module, _, function = found.partition(".")
    return cast(
        "Callable[[Content], Reading]", getattr(import_module(f"dam.models.document.{module}"), function)
    )
