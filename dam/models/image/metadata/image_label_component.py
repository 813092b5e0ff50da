"""The colour that somebody marked a picture with."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.values import NAME_LIMIT, as_name

_DARKTABLE = ("Red", "Yellow", "Green", "Blue", "Purple")


class ImageLabelComponent(Component):
    """The label: a colour's name, in the language or the words of who chose it."""

    enriches = True

    label: Mapped[str] = mapped_column(String(NAME_LIMIT), index=True)
    source: Mapped[str]


def image_label(metadata: Metadata) -> ImageLabelComponent | None:
    """Return the label of XMP, else the first of those that darktable numbers."""
    label = as_name(first(texts_of(metadata.xmp.get("xmp:Label"))))
    stated = preferred(metadata, {"xmp": label or _darktable(metadata)})
    return stated and ImageLabelComponent(label=stated[0], source=stated[1])


def _darktable(metadata: Metadata) -> str | None:
    number = first(texts_of(metadata.xmp.get("darktable:colorlabels")))
    return dict(zip("01234", _DARKTABLE, strict=True)).get(number or "")
