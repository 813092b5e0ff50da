"""Who made a picture."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import preferred, texts_of
from dam.models.image.metadata.values import text_in, wide_text_in

CREATOR_LIMIT = 100
"""How many are kept of one picture."""

_ARTIST, _BY_LINE, _WINDOWS_AUTHOR = 315, (2, 80), 0x9C9D


class ImageCreatorComponent(Component):
    """One of those who made the picture, in the order in which they are named."""

    enriches = True

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    source: Mapped[str]

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


def image_creators(metadata: Metadata) -> list[ImageCreatorComponent]:
    """Return the artists of EXIF, else the creators of XMP, else the by-lines of IPTC."""
    said = {
        "exif": _parted(text_in(metadata.exif.main, _ARTIST)),
        "xmp": texts_of(metadata.xmp.get("dc:creator")),
        "iptc": texts_of(metadata.iptc.get(_BY_LINE)),
        "windows": _parted(wide_text_in(metadata.exif.main, _WINDOWS_AUTHOR)),
        "png": texts_of(metadata.texts.get("Author")),
    }
    stated = preferred(metadata, said)
    if stated is None:
        return []
    names, source = list(dict.fromkeys(stated[0])), stated[1]
    return [
        ImageCreatorComponent(position=position, name=name, source=source)
        for position, name in enumerate(names[:CREATOR_LIMIT])
    ]


def _parted(names: str | None) -> list[str]:
    """Return names that stand in one field, with semicolons between them."""
    return texts_of((names or "").split(";"))
