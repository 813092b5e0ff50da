"""Excel's documents since 2007: the cells of all sheets, row by row."""

import re

from dam.core.content import Content
from dam.models.document.budget import TEXT_LIMIT, Text
from dam.models.document.document_error import DocumentError
from dam.models.document.markup_events import Attributes, Enough, MarkupHandler, parse_markup
from dam.models.document.package_facts import package_facts
from dam.models.document.packed_parts import Parts, opened_parts
from dam.models.document.plain_words import tidy
from dam.models.document.reading import Reading

_SHARED = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/sheet(\d{1,6})\.xml")
_STRINGS_LIMIT = 2_000_000
_SHARED_STRING, _INLINE = "s", "inlineStr"


class SharedStrings(MarkupHandler):
    """Texts that cells refer to by number, without how they are pronounced."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._phonetic = 0
        self._left = TEXT_LIMIT

    def start(self, name: str, attributes: Attributes) -> None:
        """Take note of texts."""
        self._phonetic += name == "rPh"
        self._in_text = name == "t" and not self._phonetic

    def end(self, name: str) -> None:
        """Keep a text that is whole."""
        self._phonetic -= name == "rPh"
        self._in_text = False
        if name == "si":
            self.texts.append("".join(self._pieces))
            self._pieces.clear()
            if len(self.texts) > _STRINGS_LIMIT:
                raise DocumentError(f"too large: it has more than {_STRINGS_LIMIT} texts")

    def text(self, data: str) -> None:
        """Take a piece of a text."""
        if self._in_text and self._left > 0:
            self._pieces.append(data)
            self._left -= len(data)


class Cells(MarkupHandler):
    """The values of a sheet."""

    def __init__(self, shared: list[str], out: Text) -> None:
        self._shared, self._out = shared, out
        self._kind = ""
        self._value: list[str] = []
        self._in_value = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take note of cells and of what is in them."""
        if name == "c":
            self._kind = attributes.get("t", "")
            self._value.clear()
        self._in_value = name == ("t" if self._kind == _INLINE else "v")

    def end(self, name: str) -> None:
        """Write down a cell that is whole, and end rows."""
        self._in_value = False
        if name == "c" and self._value:
            self._out.add(self._shown() + "\t")
        elif name == "row":
            self._out.add("\n")
            if self._out.is_full:
                raise Enough

    def text(self, data: str) -> None:
        """Take a piece of a value."""
        if self._in_value:
            self._value.append(data)

    def _shown(self) -> str:
        value = "".join(self._value).strip()
        if self._kind != _SHARED_STRING:
            return value
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
        return self._shared[number] if 0 <= number < len(self._shared) else ""


def read_sheets(content: Content) -> Reading:
    """Return the text of a document of Excel."""
    with opened_parts(content) as parts:
        strings = SharedStrings()
        if _SHARED in parts:
            parse_markup(parts.chunks(_SHARED), strings)
        text = Text()
        for name in numbered(parts, _SHEET):
            parse_markup(parts.chunks(name), Cells(strings.texts, text))
            text.add("\n")
        return Reading(tidy(text.whole()), package_facts(parts, "-"), text.is_full)


def numbered(parts: Parts, pattern: re.Pattern[str]) -> list[str]:
    """Return the parts whose names a pattern with one number matches, in the order of the numbers."""
    found = [(int(match[1]), name) for name in parts.names if (match := pattern.fullmatch(name))]
    if not found and "[Content_Types].xml" not in parts:
        raise DocumentError("damaged: it says nowhere what it is")
    return [name for _, name in sorted(found)]
