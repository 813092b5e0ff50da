"""HTML as text: a scanner that takes any input, in time that grows no faster than it does."""

import re
from html import unescape

from dam.models.document.budget import Text

_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6r]|head|header|html|legend|li|main|menu|nav|ol|optgroup|option|p|pre|section"
    "|summary|table|tbody|tfoot|thead|title|tr|ul"
)
"""Elements that begin a line, and end one."""
_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"})
_CELLS = frozenset({"td", "th"})
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_SPACES = re.compile(r"\s+")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z-]{1,30})\s{0,5}=\s{0,5}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'>]{1,200}))"
)
_REST_OF_TAG = re.compile(r"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+'){0,500}+>")
_ODD_TAGS_LIMIT = 100
"""Tags without an end that are looked for as if there were one: each may take as long as all the rest."""
_ATTRIBUTES_LIMIT = 1 << 16


class Hypertext:
    """The text of a page, with its title, its language and what it says of its author."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._out = Text()
        self._ends: dict[str, int] = {}
        self._odd_tags = 0
        self.title: str | None = None
        self.language: str | None = None
        self.named: dict[str, str] = {}
        self._scan()

    @property
    def text(self) -> Text:
        """Give the text as it was found."""
        return self._out

    def _find(self, wanted: str, start: int) -> int:
        """Return where something comes next, else the end; what is nowhere is looked for once."""
        found = self._ends.get(wanted, -1)
        if found < start:
            found = self._markup.find(wanted, start)
            self._ends[wanted] = found = len(self._markup) if found < 0 else found
        return found

    def _scan(self) -> None:
        at, size = 0, len(self._markup)
        while at < size and not self._out.is_full:
            opening = self._find("<", at)
            self._say(self._markup[at:opening])
            at = self._after(opening) if opening < size else size

    def _say(self, raw: str) -> None:
        if raw:
            self._out.add(_SPACES.sub(" ", unescape(raw) if "&" in raw else raw))

    def _after(self, start: int) -> int:
        """Deal with what begins at a `<`, and return where it ends."""
        if self._markup.startswith("<!--", start):
            return self._find("-->", start + 4) + 3
        if self._markup.startswith("<![CDATA[", start):
            end = self._find("]]>", start)
            self._say(self._markup[start + 9 : end])
            return end + 3
        tag = _TAG.match(self._markup, start)
        if tag is None:
            if self._markup[start + 1 : start + 2] in ("!", "?", "/"):
                return self._find(">", start) + 1
            self._say("<")
            return start + 1
        name = tag[1].lower().rpartition(":")[2]
        end = self._end_of_tag(tag.end())
        is_closing = self._markup[start + 1] == "/"
        if _BLOCKS.fullmatch(name):
            self._out.add("\n")
        elif name in _CELLS:
            self._out.add("\t")
        if is_closing or self._markup[end - 2 : end - 1] == "/":
            return end
        self._note(name, self._markup[tag.end() : end][:_ATTRIBUTES_LIMIT])
        return self._skip(name, end) if name in _UNSEEN else end

    def _end_of_tag(self, start: int) -> int:
        """Return where a tag ends, whatever stands in quotation marks, as long as these make sense."""
        if self._odd_tags < _ODD_TAGS_LIMIT:
            if rest := _REST_OF_TAG.match(self._markup, start):
                return rest.end()
            self._odd_tags += 1
        return min(self._find(">", start) + 1, len(self._markup))

    def _skip(self, name: str, start: int) -> int:
        """Return where the content of an element ends of which nothing is shown."""
        closing = re.compile(f"</{name}", re.IGNORECASE)
        key = f"</{name}"
        known = self._ends.get(key, -1)
        if known < start:
            found = closing.search(self._markup, start)
            self._ends[key] = known = found.start() if found else len(self._markup)
        if name == "title" and self.title is None:
            self.title = " ".join(unescape(self._markup[start : min(known, start + 4000)]).split())
        return known

    def _note(self, name: str, attributes: str) -> None:
        if name not in ("html", "meta") or len(self.named) > 200:
            return
        found = {
            match[1].lower(): unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(attributes)
        }
        if name == "html":
            self.language = self.language or found.get("lang")
        elif "content" in found and (key := (found.get("name") or found.get("property") or "").lower()):
            self.named.setdefault(key, found["content"])
