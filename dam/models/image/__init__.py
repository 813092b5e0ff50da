"""Images: still pictures, and the first frame of moving ones.

Importing this package is cheap: decoders and arrays are imported when a system first runs.
"""

from dam.core.component import Kind
from dam.core.job import Allowance
from dam.models.image.signatures import media_type


class ImageComponent(Kind):
    """The bytes are a picture of a known format, whether or not it can be decoded."""

    recognition_version = 5
    # The largest picture that is decoded, of 200 megapixels, takes 1.6 GB and some seconds.
    allowance = Allowance(seconds=60, memory=2560)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the picture's media type by its signature, else None."""
        return media_type(head, extensions)
