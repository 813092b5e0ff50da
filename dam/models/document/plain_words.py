"""Text as any database holds it, and titles as people read them."""

import re

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\xad\u200b\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*")
LINE_LIMIT = 2000
_KEYWORD_LIMIT = 200
"""Characters of a keyword: what is longer is none, and no database's index takes any length."""


def tidy(text: str) -> str:
    """Return text without what nobody sees, and with no more room in it than readers need."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return _LINES.sub("\n\n", _SPACES.sub(" ", _CONTROLS.sub("", text))).strip()


def one_line(text: str | None) -> str | None:
    """Return a title or a name on one line, None if nothing is left of it."""
    return " ".join(_CONTROLS.sub("", text or "").split())[:LINE_LIMIT] or None


def keywords_in(*texts: str | None) -> tuple[str, ...]:
    """Return the keywords that stand in texts, separated by commas, semicolons or the ends of lines."""
    parts = (part for text in texts for part in re.split(r"[,;\n]", text or ""))
    words = (one_line(part) for part in parts)
    return tuple(word for word in words if word and len(word) <= _KEYWORD_LIMIT)
