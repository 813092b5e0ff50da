"""What Office's XML formats say about themselves, beside the text."""

from datetime import datetime
from typing import ClassVar

from dam.models.document.markup_events import Attributes, MarkupHandler, parse_markup
from dam.models.document.moments import iso_moment
from dam.models.document.packed_parts import Parts
from dam.models.document.plain_words import keywords_in, one_line
from dam.models.document.reading import Facts

_VALUE_LIMIT = 10_000
_NAMES_LIMIT = 200
_PAGES_LIMIT = 1 << 30


class NamedValues(MarkupHandler):
    """The text of elements by name: the first one of each, and all of those that may be several."""

    several: ClassVar[frozenset[str]] = frozenset()
    """Names of which all count; each ends a line."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._inside: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Remember where text belongs to."""
        self._inside.append("" if name in self.values and name not in self.several else name)

    def end(self, name: str) -> None:
        """Go back to what was before."""
        if self._inside.pop() in self.several and 0 < len(self.values.get(name, "")) < _VALUE_LIMIT:
            self.values[name] += "\n"

    def text(self, data: str) -> None:
        """Keep what there is room for."""
        name = self._inside[-1] if self._inside else ""
        kept = self.values.get(name, "")
        if name and len(kept) < _VALUE_LIMIT and (kept or len(self.values) < _NAMES_LIMIT):
            self.values[name] = kept + data

    def line(self, *names: str) -> str | None:
        """Return the first of these that says something, on one line."""
        return next((value for name in names if (value := one_line(self.values.get(name)))), None)

    def moment(self, name: str) -> datetime | None:
        """Return a time, if it is one."""
        return iso_moment(self.values.get(name))

    def count(self, name: str) -> int | None:
        """Return a positive number, if it is one."""
        return positive(self.values.get(name))


def positive(text: str | None) -> int | None:
    """Return a positive number, None for whatever else stands there."""
    stripped = (text or "").strip()
    number = int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else 0
    return number if 0 < number < _PAGES_LIMIT else None


def read_values(parts: Parts, name: str) -> NamedValues:
    """Return the values in a part, none if it is not there."""
    values = NamedValues()
    if name in parts:
        parse_markup(parts.chunks(name), values)
    return values


def package_facts(parts: Parts, pages: str) -> Facts:
    """Return the facts of an Office document, whose application counts pages under this name."""
    core = read_values(parts, "docProps/core.xml")
    return Facts(
        pages=read_values(parts, "docProps/app.xml").count(pages),
        title=core.line("title"),
        author=core.line("creator"),
        created=core.moment("created"),
        modified=core.moment("modified"),
        language=core.line("language"),
        keywords=keywords_in(core.values.get("keywords")),
    )
