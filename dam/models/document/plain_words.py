"""Text as any database holds it, and titles as people read them."""

import re

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\xad\u200b\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*")
LINE_LIMIT = 2000


def tidy(text: str) -> str:
    """Return text without what nobody sees, and with no more room in it than readers need."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return _LINES.sub("\n\n", _SPACES.sub(" ", _CONTROLS.sub("", text))).strip()


def one_line(text: str | None) -> str | None:
    """Return a title or a name on one line, None if nothing is left of it."""
    return " ".join(_CONTROLS.sub("", text or "").split())[:LINE_LIMIT] or None
