"""Plain text, and what is written in it: Markdown, tables of values."""

from dam.core.content import Content
from dam.models.document.budget import FILE_LIMIT, TEXT_LIMIT
from dam.models.document.plain_words import tidy
from dam.models.document.reading import Reading
from dam.models.document.text_encoding import decoded

_READ_LIMIT = min(FILE_LIMIT, 4 * TEXT_LIMIT)


def read_plain_text(content: Content) -> Reading:
    """Return the text as it is, in whichever encoding it was written."""
    text = decoded(content.head(_READ_LIMIT))
    is_cut = len(text) > TEXT_LIMIT or content.size > _READ_LIMIT
    return Reading(tidy(text[:TEXT_LIMIT]), is_cut=is_cut)
