"""The words that somebody finds a picture by."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import preferred, texts_of
from dam.models.image.metadata.values import NAME_LIMIT, wide_text_in

KEYWORD_LIMIT = 1000
"""How many are kept of one picture."""

_KEYWORDS, _WINDOWS_KEYWORDS = (2, 25), 0x9C9E


class ImageKeywordComponent(Component):
    """One keyword of a picture."""

    enriches = True

    keyword: Mapped[str] = mapped_column(String(NAME_LIMIT), primary_key=True, index=True)
    source: Mapped[str]

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


def image_keywords(metadata: Metadata) -> list[ImageKeywordComponent]:
    """Return the subjects of XMP, else the keywords of IPTC, each once; never of both."""
    said = {
        "xmp": texts_of(metadata.xmp.get("dc:subject")),
        "iptc": texts_of(metadata.iptc.get(_KEYWORDS)),
        "windows": texts_of((wide_text_in(metadata.exif.main, _WINDOWS_KEYWORDS) or "").split(";")),
    }
    stated = preferred(metadata, said)
    if stated is None:
        return []
    words, source = dict.fromkeys(word[:NAME_LIMIT].rstrip() for word in stated[0]), stated[1]
    return [ImageKeywordComponent(keyword=word, source=source) for word in list(words)[:KEYWORD_LIMIT]]
