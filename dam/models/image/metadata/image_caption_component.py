"""What a picture shows, in somebody's words."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.values import text_in

_DESCRIPTION, _CAPTION = 270, (2, 120)


class ImageCaptionComponent(Component):
    """The description of the picture."""

    enriches = True

    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str]


def image_caption(metadata: Metadata) -> ImageCaptionComponent | None:
    """Return the description of EXIF, XMP or IPTC."""
    said = {
        "exif": text_in(metadata.exif.main, _DESCRIPTION),
        "xmp": first(texts_of(metadata.xmp.get("dc:description"))),
        "iptc": first(texts_of(metadata.iptc.get(_CAPTION))),
        "png": first(texts_of(metadata.texts.get("Description"))),
    }
    stated = preferred(metadata, said)
    return stated and ImageCaptionComponent(text=stated[0], source=stated[1])
