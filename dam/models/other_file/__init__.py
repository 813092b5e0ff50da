"""Files that are of no other kind, yet of a known format: fonts, models, programs and the like.

Nothing is computed of them; that people see what they are is all. Importing this package is cheap.
"""

from dam.core.component import Kind
from dam.models.other_file.signatures import media_type


class OtherFileComponent(Kind):
    """The bytes are of a format that no other kind claims."""

    is_last_resort = True

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the media type by signature, else what a general detector is sure of."""
        return media_type(head, extensions)
