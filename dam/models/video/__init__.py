"""Video: films, clips and whatever else has pictures that move.

Importing this package is cheap: decoders and arrays are imported when a system first runs.
"""

from dam.core.component import Kind
from dam.core.job import Allowance
from dam.models.video.signatures import media_type


class VideoComponent(Kind):
    """The bytes are a film of a known format, whether or not it can be decoded."""

    # Pictures of 70 megapixels, of which decoders keep up to seventeen.
    allowance = Allowance(memory=2560)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the film's media type by its signature, else None."""
        return media_type(head, extensions)
