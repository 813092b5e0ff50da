"""Documents: what people write to be read, in whatever format.

Importing this package is cheap: what reads files is imported when a system first runs.
"""

from dam.core.component import Kind
from dam.core.job import Allowance
from dam.models.document.signatures import media_type


class DocumentComponent(Kind):
    """The bytes are a document of a known format, whether or not it can be read."""

    # Text and pages read are limited; a page may still be drawn in a million strokes.
    allowance = Allowance(seconds=60, memory=2048)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the document's media type by its first bytes, else None."""
        return media_type(head, extensions)
