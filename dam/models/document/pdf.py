"""PDF, read with PDFium: no script runs, and nothing is fetched."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.models.document.budget import Text
from dam.models.document.document_error import DocumentError
from dam.models.document.moments import pdf_moment
from dam.models.document.plain_words import keywords_in, one_line, tidy
from dam.models.document.reading import Facts, Reading

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

EXTRA = "document"
_PAGES_LIMIT = 5000
"""Pages that are read."""


@contextmanager
def opened_pdf(content: Content) -> Iterator["PdfDocument"]:
    """Give the document; raises DocumentError if it is damaged or needs a password."""
    try:
        import pypdfium2
    except ImportError as error:
        raise Unavailable("pypdfium2", extra=EXTRA) from error
    with content.open() as file:
        try:
            document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            raise DocumentError(_reason(str(error))) from error
        with closing(document):
            yield document


def _reason(message: str) -> str:
    lower = message.lower()
    if "password" in lower:
        return "encrypted: it needs a password"
    return (
        "encrypted in a way that is not known" if "security" in lower else "damaged: no PDF that can be read"
    )


def read_pdf(content: Content) -> Reading:
    """Return the text of all pages, one after another."""
    with opened_pdf(content) as document:
        text = Text()
        pages = len(document)
        for number in range(min(pages, _PAGES_LIMIT)):
            text.add(_page_text(document, number))
            text.add("\n\n")
            if text.is_full:
                break
        return Reading(tidy(text.whole()), _facts(document, pages), text.is_full or pages > _PAGES_LIMIT)


def _page_text(document: "PdfDocument", number: int) -> str:
    """Return the text of a page; none for a damaged one, since others may be whole."""
    import pypdfium2

    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as found:
            # PDFium writes these for a hyphen at the end of a line, and nothing for the end itself.
            return str(found.get_text_bounded()).replace("\ufffe", "").replace("\x02", "")
    except pypdfium2.PdfiumError:
        return ""


def _facts(document: "PdfDocument", pages: int) -> Facts:
    said = document.get_metadata_dict(skip_empty=True)
    width, height = first_page_size(document) if pages else (None, None)
    return Facts(
        pages=pages,
        title=one_line(said.get("Title")),
        author=one_line(said.get("Author")),
        created=pdf_moment(said.get("CreationDate")),
        modified=pdf_moment(said.get("ModDate")),
        page_width=width,
        page_height=height,
        keywords=keywords_in(said.get("Keywords")),
    )


def first_page_size(document: "PdfDocument") -> tuple[float, float] | tuple[None, None]:
    """Return width and height as displayed, in points; nothing for a page that is damaged."""
    import pypdfium2

    try:
        width, height = document.get_page_size(0)
    except pypdfium2.PdfiumError:
        return None, None
    return (round(width, 2), round(height, 2)) if 0 < width < 1e6 and 0 < height < 1e6 else (None, None)
