"""RTF: the text, without tables of fonts and colours, pictures and other things that are not read."""

import codecs
import re
from dataclasses import dataclass, replace

from dam.core.content import Content
from dam.models.document.budget import FILE_LIMIT, Text
from dam.models.document.plain_words import keywords_in, one_line, tidy
from dam.models.document.reading import Facts, Reading

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_BREAKS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"page": "\n\n",
    b"sect": "\n\n",
    b"tab": "\t",
    b"cell": "\t",
}
_SIGNS = {
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
}
_SKIPPED = re.compile(
    b"fonttbl|colortbl|stylesheet|info|pict|object|themedata|datastore|filetbl|listtable|listoverridetable"
    b"|rsidtbl|generator|latentstyles|xmlnstbl|fldinst"
)
"""Groups of which nothing is read, but for these."""
_FACTS = {b"title": "title", b"author": "author", b"keywords": "keywords"}
_DEPTH_LIMIT = 10_000


@dataclass(slots=True)
class _Group:
    """What holds between two braces."""

    is_skipped: bool = False
    unicode_skip: int = 1
    """Characters that follow one of Unicode, for readers that do not know it."""
    fact: str = ""


class _RichText:
    """Reads tokens one after another."""

    def __init__(self) -> None:
        self.out = Text()
        self.facts: dict[str, str] = {}
        self._groups = [_Group()]
        self._encoding = "cp1252"
        self._to_skip = 0
        self._bytes = bytearray()

    def read(self, data: bytes) -> None:
        """Read all of it; what is damaged ends where it ends."""
        for token in _TOKEN.finditer(data):
            word, number, code, sign, brace, text = token.groups()
            if code is not None:
                self._byte(int(code, 16))
                continue
            if text is not None:
                self._plain(text)
                continue
            self._flush()
            if brace:
                self._brace(brace)
            elif word is not None:
                self._word(word, int(number) if number else None)
            elif sign is not None:
                self._sign(sign)
            if self.out.is_full:
                break
        self._flush()

    def _brace(self, brace: bytes) -> None:
        self._to_skip = 0
        if brace == b"{":
            if len(self._groups) < _DEPTH_LIMIT:
                self._groups.append(replace(self._groups[-1]))
        elif len(self._groups) > 1:
            self._groups.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        group = self._groups[-1]
        if word == b"u" and number is not None:
            self._say(_character(number))
            self._to_skip = group.unicode_skip
        elif word == b"uc":
            group.unicode_skip = max(0, min(number if number is not None else 1, 100))
        elif word == b"ansicpg":
            self._encoding = _known(number)
        elif word in _FACTS:
            group.fact = _FACTS[word]
        elif _SKIPPED.fullmatch(word):
            group.is_skipped = True
        else:
            self._say(_BREAKS.get(word) or _SIGNS.get(word, ""))

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._groups[-1].is_skipped = True
        elif sign in b"\\{}":
            self._say(sign.decode())
        elif sign in b"~_-":
            self._say({b"~": " ", b"_": "-"}.get(sign, ""))
        elif sign in b"\r\n":
            self._say("\n")

    def _byte(self, code: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
            return
        self._bytes.append(code)

    def _plain(self, text: bytes) -> None:
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        self._bytes += text[skipped:]

    def _flush(self) -> None:
        if self._bytes:
            self._say(self._bytes.decode(self._encoding, "replace"))
            self._bytes.clear()

    def _say(self, text: str) -> None:
        group = self._groups[-1]
        if group.fact:
            self.facts[group.fact] = self.facts.get(group.fact, "")[:2000] + text
        elif not group.is_skipped:
            self.out.add(text)


def _character(number: int) -> str:
    code = number & 0xFFFF
    return "" if 0xD800 <= code < 0xE000 else chr(code)


def _known(number: int | None) -> str:
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return "cp1252"


def read_rich_text(content: Content) -> Reading:
    """Return the text of an RTF document."""
    reader = _RichText()
    reader.read(content.head(FILE_LIMIT))
    said = reader.facts
    facts = Facts(
        title=one_line(said.get("title")),
        author=one_line(said.get("author")),
        keywords=keywords_in(said.get("keywords")),
    )
    return Reading(tidy(reader.out.whole()), facts, reader.out.is_full)
