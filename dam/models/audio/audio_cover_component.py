"""The picture on the cover, to look at."""

from io import BytesIO

from dam.core.content import DerivedStore
from dam.core.system import system
from dam.models.audio import AudioComponent
from dam.models.audio.tags import Tags
from dam.models.preview import Preview, jpeg_preview
from dam.models.sound_decoding import SoundError

PIXEL_LIMIT = 50_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "AVIF")
"""What players put into tags; whatever else claims to be a cover is none."""


class AudioCoverComponent(Preview):
    """The preview of a sound file: the cover that its tags hold."""


@system(version=1, on=AudioComponent)
def make_cover(tags: Tags, store: DerivedStore) -> AudioCoverComponent | None:
    """Keep a JPEG of the cover, as of pictures; nothing if there is none.

    Raises SoundError if what is there cannot be decoded.
    """
    if tags.cover is None:
        return None
    from PIL import Image

    try:
        with Image.open(BytesIO(tags.cover), formats=_FORMATS) as picture:
            if picture.width * picture.height > PIXEL_LIMIT:
                raise SoundError(f"its cover has more than {PIXEL_LIMIT // 1_000_000} megapixels")
            made = jpeg_preview(picture.convert("RGB"))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        if isinstance(error, SoundError):
            raise
        raise SoundError("its cover cannot be decoded") from error
    return AudioCoverComponent(digest=store.put_derived(made.data), **made.facts)
