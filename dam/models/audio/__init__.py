"""Sound: music, speech and whatever else was recorded, without pictures that move.

Importing this package is cheap: decoders and arrays are imported when a system first runs.
"""

from dam.core.component import Kind
from dam.core.job import Allowance
from dam.models.audio.signatures import media_type


class AudioComponent(Kind):
    """The bytes are sound of a known format, whether or not it can be decoded."""

    recognition_version = 2
    # Half an hour of sound is decoded at most; where that takes longest, at some 30 times its speed.
    allowance = Allowance(seconds=90, memory=2048)

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        """Return the sound's media type by its signature, else None."""
        return media_type(head, extensions)
