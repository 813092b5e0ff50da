"""The first page, to look at."""

from contextlib import closing

from dam.core.content import Content, DerivedStore
from dam.core.system import system
from dam.models.document import DocumentComponent
from dam.models.document.document_error import DocumentError
from dam.models.document.pdf import first_page_size, opened_pdf
from dam.models.preview import LONGEST_SIDE, Preview, jpeg_preview


class DocumentPreviewComponent(Preview):
    """The preview of a document: its first page."""


@system(version=1)
def draw_first_page(
    document: DocumentComponent, content: Content, store: DerivedStore
) -> DocumentPreviewComponent | None:
    """Keep a JPEG of the first page of a PDF; nothing of other formats, or if there is no page.

    Raises DocumentError if the page cannot be drawn.
    """
    if document.media_type != "application/pdf":
        return None
    with opened_pdf(content) as pdf:
        import pypdfium2

        width, height = first_page_size(pdf) if len(pdf) else (None, None)
        if not width or not height:
            return None
        try:
            with closing(pdf[0]) as page:
                # Whatever its size, no more pixels are made than are kept.
                bitmap = page.render(scale=LONGEST_SIDE / max(width, height), may_draw_forms=False)
                picture = bitmap.to_pil().convert("RGB")
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise DocumentError("damaged: its first page cannot be drawn") from error
        made = jpeg_preview(picture)
    return DocumentPreviewComponent(digest=store.put_derived(made.data), **made.facts)
