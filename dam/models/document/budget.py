"""How much a document may take while it is read, whatever its format."""

from dam.models.document.document_error import DocumentError

TEXT_LIMIT = 4_000_000
"""Characters of text that are kept: more than almost any book has."""
UNPACKED_LIMIT = 128 << 20
"""Bytes that all parts of a document may come to."""
FILE_LIMIT = 64 << 20
"""Bytes of a document that is read into memory as a whole."""


class Text:
    """Text that grows up to the limit."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._left = TEXT_LIMIT

    def add(self, piece: str) -> None:
        """Add a piece, or what of it there is room for."""
        if piece and self._left > 0:
            self._pieces.append(piece[: self._left])
            self._left -= len(piece)

    @property
    def is_full(self) -> bool:
        """Tell whether something had to be left out."""
        return self._left < 0

    def whole(self) -> str:
        """Return all of it."""
        return "".join(self._pieces)


class Allotment:
    """Bytes that are still to be unpacked."""

    def __init__(self, limit: int = UNPACKED_LIMIT) -> None:
        self._left = limit

    def take(self, count: int) -> None:
        """Count bytes that were unpacked; raises DocumentError if they are too many."""
        self._left -= count
        if self._left < 0:
            raise DocumentError(f"too large: it unpacks to more than {UNPACKED_LIMIT >> 20} MiB")
