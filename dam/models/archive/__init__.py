"""Archives: files that hold other files, which become assets of their own.

No system runs on them: the coordinator expands them, since systems make no entities.
"""

from dam.core.component import Kind
from dam.core.job import Allowance
from dam.models.archive.signatures import media_type


class ArchiveComponent(Kind):
    """The bytes are an archive of a known format, whether or not it can be read."""

    allowance = Allowance(seconds=90, memory=2048)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the archive's media type by its signature, and what is inside as far as `head` goes."""
        return media_type(head, extensions)
