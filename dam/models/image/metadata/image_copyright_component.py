"""Whose a picture is."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.values import text_in

_COPYRIGHT, _NOTICE = 33432, (2, 116)


class ImageCopyrightComponent(Component):
    """The copyright notice."""

    enriches = True

    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str]


def image_copyright(metadata: Metadata) -> ImageCopyrightComponent | None:
    """Return the notice of EXIF, XMP or IPTC."""
    said = {
        "exif": text_in(metadata.exif.main, _COPYRIGHT),
        "xmp": first(texts_of(metadata.xmp.get("dc:rights"))),
        "iptc": first(texts_of(metadata.iptc.get(_NOTICE))),
        "png": first(texts_of(metadata.texts.get("Copyright"))),
    }
    stated = preferred(metadata, said)
    return stated and ImageCopyrightComponent(text=stated[0], source=stated[1])
