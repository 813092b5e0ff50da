"""HTML and XHTML: text as it is shown, without scripts, and nothing fetched."""

import re

from dam.core.content import Content
from dam.models.document.budget import Text
from dam.models.document.markup_text import Hypertext
from dam.models.document.moments import iso_moment
from dam.models.document.plain_words import keywords_in, one_line, tidy
from dam.models.document.reading import Facts, Reading
from dam.models.document.text_encoding import decoded

_READ_LIMIT = 16 << 20
_CHARSET = re.compile(
    rb"(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)
_CREATED = ("dcterms.created", "dc.date", "date", "article:published_time")


def read_hypertext(content: Content) -> Reading:
    """Return the text of a page."""
    page = scanned(content.head(_READ_LIMIT))
    named = page.named
    facts = Facts(
        title=one_line(page.title),
        author=one_line(named.get("author") or named.get("dc.creator")),
        created=next((moment for key in _CREATED if (moment := iso_moment(named.get(key)))), None),
        language=page.language,
        keywords=keywords_in(named.get("keywords")),
    )
    is_cut = page.text.is_full or content.size > _READ_LIMIT
    return Reading(tidy(page.text.whole()), facts, is_cut)


def scanned(data: bytes) -> Hypertext:
    """Return a page that is written in the encoding that it declares, or another."""
    declared = _CHARSET.search(data, 0, 4096)
    return Hypertext(decoded(data, declared[1].decode("ascii") if declared else None))


def add_page(data: bytes, text: Text) -> None:
    """Add the text of a page that is a part of something."""
    text.add(scanned(data).text.whole())
    text.add("\n\n")
