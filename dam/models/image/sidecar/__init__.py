"""Sidecars: XMP in a file of its own, beside the picture or film that it is about.

What a sidecar says are components of the sidecar itself. Whose they are is not written down: it follows
from the places of both, whenever somebody asks.
"""

from dam.core.component import Kind
from dam.core.job import Allowance
from dam.models.markup_roots import packet_start

MEDIA_TYPE = "application/rdf+xml"


class SidecarComponent(Kind):
    """The bytes are an XMP packet and nothing else, or are called one and are of no other kind."""

    # Named so that it is asked after the other kinds, since a name is enough for it.
    __tablename__ = "xmp_sidecar"

    recognition_version = 2
    allowance = Allowance(seconds=30, memory=1024)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the media type of XMP.

        What is called `.xmp` and is nothing else is a damaged one: that is to be told, not passed over.
        Without any bytes it is none, since all empty files are one asset.
        """
        if packet_start(head) == "packet" or (head and "xmp" in extensions):
            return MEDIA_TYPE
        return None
