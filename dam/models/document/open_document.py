"""OpenDocument: texts, sheets, slides and drawings, without what was deleted."""

from dam.core.content import Content
from dam.models.document.budget import Text
from dam.models.document.document_error import DocumentError
from dam.models.document.markup_events import Attributes, Enough, MarkupHandler, parse_markup
from dam.models.document.moments import iso_moment
from dam.models.document.package_facts import NamedValues, positive
from dam.models.document.packed_parts import Parts, opened_parts
from dam.models.document.plain_words import keywords_in, tidy
from dam.models.document.reading import Facts, Reading

_SPACES_LIMIT = 100
_SKIPPED = frozenset({"tracked-changes", "annotation-end", "forms", "scripts"})
_BLOCKS = frozenset({"p", "h", "table-row"})


class BodyText(MarkupHandler):
    """The text of the body."""

    def __init__(self, out: Text) -> None:
        self._out = out
        self._body = self._block = self._skipped = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Take note of paragraphs, and of what stands for spaces."""
        self._body += name == "body"
        self._skipped += name in _SKIPPED
        self._block += name in ("p", "h")
        if name == "s":
            self._out.add(" " * min(positive(attributes.get("c")) or 1, _SPACES_LIMIT))
        elif name in ("tab", "line-break"):
            self._out.add("\t" if name == "tab" else "\n")

    def end(self, name: str) -> None:
        """End paragraphs and rows."""
        self._body -= name == "body"
        self._skipped -= name in _SKIPPED
        self._block -= name in ("p", "h")
        if name in _BLOCKS and self._body and not self._skipped:
            self._out.add("\n")
            if self._out.is_full:
                raise Enough
        elif name == "table-cell":
            self._out.add("\t")

    def text(self, data: str) -> None:
        """Keep text that stands in a paragraph."""
        if self._body and self._block and not self._skipped:
            self._out.add(data)


class Meta(NamedValues):
    """The values of `meta.xml`, and what it counted."""

    several = frozenset({"keyword"})

    pages: int | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """Look for the count."""
        super().start(name, attributes)
        if name == "document-statistic":
            self.pages = positive(attributes.get("page-count"))


def read_open_document(content: Content) -> Reading:
    """Return the text of an OpenDocument."""
    with opened_parts(content) as parts:
        _refuse_encrypted(parts)
        text = Text()
        parse_markup(parts.chunks("content.xml"), BodyText(text))
        return Reading(tidy(text.whole()), _facts(parts), text.is_full)


def _refuse_encrypted(parts: Parts) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in parts and b"encryption-data" in parts.read(manifest):
        raise DocumentError("encrypted: it needs a password")


def _facts(parts: Parts) -> Facts:
    meta = Meta()
    if "meta.xml" in parts:
        parse_markup(parts.chunks("meta.xml"), meta)
    return Facts(
        pages=meta.pages,
        title=meta.line("title"),
        author=meta.line("initial-creator", "creator"),
        created=iso_moment(meta.values.get("creation-date")),
        modified=iso_moment(meta.values.get("date")),
        language=meta.line("language"),
        keywords=keywords_in(meta.values.get("keyword")),
    )
