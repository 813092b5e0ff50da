"""What a picture is called."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.values import wide_text_in

_TITLE, _WINDOWS_TITLE = (2, 5), 0x9C9B


class ImageTitleComponent(Component):
    """The title that somebody gave the picture."""

    enriches = True

    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str]


def image_title(metadata: Metadata) -> ImageTitleComponent | None:
    """Return the title of XMP or IPTC; EXIF has none, but Windows writes one into it."""
    said = {
        "xmp": first(texts_of(metadata.xmp.get("dc:title"))),
        "iptc": first(texts_of(metadata.iptc.get(_TITLE))),
        "windows": wide_text_in(metadata.exif.main, _WINDOWS_TITLE),
        "png": first(texts_of(metadata.texts.get("Title"))),
    }
    stated = preferred(metadata, said)
    return stated and ImageTitleComponent(text=stated[0], source=stated[1])
