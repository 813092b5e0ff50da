"""Word's documents since 2007: body, notes and comments, without what was deleted."""

from dam.core.content import Content
from dam.models.document.budget import Text
from dam.models.document.markup_events import Attributes, Enough, MarkupHandler, parse_markup
from dam.models.document.package_facts import package_facts
from dam.models.document.packed_parts import Parts, opened_parts
from dam.models.document.plain_words import tidy
from dam.models.document.reading import Reading

_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")
_MAIN = "word/document"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SKIPPED = frozenset({"Fallback", "instrText", "delText"})
"""What repeats something in an older form, or is nothing to be read."""


class WordText(MarkupHandler):
    """The text of one part."""

    def __init__(self, text: Text) -> None:
        self._out = text
        self._in_text = 0
        self._skipped = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Take note of runs of text, and of breaks."""
        if name in _SKIPPED:
            self._skipped += 1
        elif name == "t":
            self._in_text += 1
        elif name in _BREAKS and not self._skipped:
            self._out.add(_BREAKS[name])

    def end(self, name: str) -> None:
        """End paragraphs and cells."""
        if name in _SKIPPED:
            self._skipped -= 1
        elif name == "t":
            self._in_text -= 1
        elif name == "p" and not self._skipped:
            self._out.add("\n")
            if self._out.is_full:
                raise Enough

    def text(self, data: str) -> None:
        """Keep text that stands in a run."""
        if self._in_text and not self._skipped:
            self._out.add(data)


def read_word(content: Content) -> Reading:
    """Return the text of a document of Word."""
    with opened_parts(content) as parts:
        text = Text()
        for name in _found(parts):
            parse_markup(parts.chunks(name), WordText(text))
            text.add("\n")
        return Reading(tidy(text.whole()), package_facts(parts, "Pages"), text.is_full)


def _found(parts: Parts) -> list[str]:
    """Return the parts with text; the main one may have another number."""
    named = [name for name in _PARTS if name in parts]
    if _PARTS[0] in named:
        return named
    main = sorted(name for name in parts.names if name.startswith(_MAIN) and name.endswith(".xml"))
    return [*main[:1], *named] if main else [_PARTS[0]]
