"""EPUB: the chapters in the order in which they are read."""

import posixpath
from urllib.parse import unquote

from dam.core.content import Content
from dam.models.document.budget import Text
from dam.models.document.document_error import DocumentError
from dam.models.document.hypertext import add_page
from dam.models.document.markup_events import Attributes, MarkupHandler, parse_markup
from dam.models.document.package_facts import NamedValues
from dam.models.document.packed_parts import Parts, opened_parts
from dam.models.document.plain_words import keywords_in, tidy
from dam.models.document.reading import Facts, Reading

_CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_CHAPTERS_LIMIT = 10_000


class Container(MarkupHandler):
    """Where the list of parts is."""

    path: str | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the first one."""
        if name == "rootfile" and self.path is None:
            self.path = attributes.get("full-path")


class Package(NamedValues):
    """The parts, their order, and what is said of the book."""

    several = frozenset({"subject"})

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, str] = {}
        self.order: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Take note of parts."""
        super().start(name, attributes)
        if name == "item" and attributes.get("media-type") in _PAGES:
            self.pages[attributes.get("id", "")] = attributes.get("href", "")
        elif name == "itemref" and len(self.order) < _CHAPTERS_LIMIT:
            self.order.append(attributes.get("idref", ""))


def read_epub(content: Content) -> Reading:
    """Return the text of a book."""
    with opened_parts(content) as parts:
        path, package = _package(parts)
        text = Text()
        for name in package.order:
            chapter = posixpath.normpath(
                posixpath.join(posixpath.dirname(path), unquote(package.pages.get(name, "")))
            )
            if name in package.pages and chapter in parts and not text.is_full:
                add_page(parts.read(chapter), text)
        facts = Facts(
            title=package.line("title"),
            author=package.line("creator"),
            created=package.moment("date"),
            language=package.line("language"),
            keywords=keywords_in(package.values.get("subject")),
        )
        return Reading(tidy(text.whole()), facts, text.is_full)


def _package(parts: Parts) -> tuple[str, Package]:
    container = Container()
    parse_markup(parts.chunks(_CONTAINER), container)
    if container.path is None or container.path not in parts:
        raise DocumentError("damaged: it has no list of its parts")
    package = Package()
    parse_markup(parts.chunks(container.path), package)
    return container.path, package
