"""PowerPoint's documents since 2007: slides in order, each with its notes."""

import re

from dam.core.content import Content
from dam.models.document.budget import Text
from dam.models.document.markup_events import Attributes, Enough, MarkupHandler, parse_markup
from dam.models.document.package_facts import package_facts
from dam.models.document.packed_parts import opened_parts
from dam.models.document.plain_words import tidy
from dam.models.document.reading import Reading
from dam.models.document.sheets import numbered

_SLIDE = re.compile(r"ppt/slides/slide(\d{1,6})\.xml")
_NOTES = re.compile(r"ppt/notesSlides/notesSlide(\d{1,6})\.xml")


class SlideText(MarkupHandler):
    """The text of one slide."""

    def __init__(self, out: Text) -> None:
        self._out = out
        self._in_text = self._fallback = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Take note of runs of text, and of breaks."""
        self._fallback += name == "Fallback"
        self._in_text += name == "t"
        if name == "br":
            self._out.add("\n")

    def end(self, name: str) -> None:
        """End paragraphs."""
        self._fallback -= name == "Fallback"
        self._in_text -= name == "t"
        if name == "p":
            self._out.add("\n")
            if self._out.is_full:
                raise Enough

    def text(self, data: str) -> None:
        """Keep text that stands in a run."""
        if self._in_text and not self._fallback:
            self._out.add(data)


def read_slides(content: Content) -> Reading:
    """Return the text of a document of PowerPoint."""
    with opened_parts(content) as parts:
        text = Text()
        for name in [*numbered(parts, _SLIDE), *numbered(parts, _NOTES)]:
            parse_markup(parts.chunks(name), SlideText(text))
            text.add("\n")
        return Reading(tidy(text.whole()), package_facts(parts, "Slides"), text.is_full)
