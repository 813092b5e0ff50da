"""Which document format some bytes are, by their first bytes.

What has a signature is known by it, whatever its name. Plain text has none: it is claimed where the bytes
are text and some name says so, too.
"""

import re
from collections.abc import Callable

from dam.models.document.compound_signatures import compound
from dam.models.document.text_encoding import is_text
from dam.models.document.zip_signatures import zipped
from dam.models.markup_roots import is_no_document

_PDF_WITHIN = 1024
"""Readers accept bytes before the header up to here."""

_SPACE = b"\xef\xbb\xbf \t\r\n\x0c"
_MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|title)[\s>]", re.IGNORECASE)
_BEFORE_MARKUP = re.compile(rb"(?:<\?xml[^>]{0,200}\?>|<!--(?:[^-]|-(?!->)){0,4000}-->|\s)*", re.IGNORECASE)
_XHTML = re.compile(rb"\s*<\?xml|<html[^>]{0,400}http://www\.w3\.org/1999/xhtml", re.IGNORECASE)
_HTML_NAMES = frozenset({"html", "htm", "xhtml", "xht"})

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):[ \t]?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
_OF_MAIL = frozenset(
    {
        b"from",
        b"to",
        b"cc",
        b"subject",
        b"date",
        b"message-id",
        b"received",
        b"return-path",
        b"delivered-to",
        b"mime-version",
        b"reply-to",
        b"in-reply-to",
    }
)
_SURELY_OF_MAIL = frozenset({b"from", b"received", b"return-path", b"delivered-to", b"message-id"})

_TEXTS = {
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "rst": "text/x-rst",
    "txt": "text/plain",
    "text": "text/plain",
    "log": "text/plain",
    "asc": "text/plain",
    "org": "text/plain",
    "adoc": "text/plain",
    "nfo": "text/plain",
}
"""By extension; of several names the first of these counts."""


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the document that starts with `head`, or None if it is none.

    `extensions` are lower case without the dot.
    """
    for check in _CHECKS:
        if (found := check(head, extensions)) is not None:
            return found
    return None


def _pdf(head: bytes, extensions: frozenset[str]) -> str | None:
    at = head.find(b"%PDF-", 0, _PDF_WITHIN)
    if at < 0:
        return None
    return "application/pdf" if at == 0 or "pdf" in extensions or not head[:at].strip(_SPACE) else None


def _rich_text(head: bytes, extensions: frozenset[str]) -> str | None:
    return "application/rtf" if re.match(rb"\{\\rtf\d?\b", head) else None


def _html(head: bytes, extensions: frozenset[str]) -> str | None:
    start = head.lstrip(_SPACE)
    before = _BEFORE_MARKUP.match(start)
    markup = start[before.end() :] if before else start
    if _MARKUP.match(markup):
        return "application/xhtml+xml" if _XHTML.match(start) else "text/html"
    if markup.startswith(b"<") and extensions & _HTML_NAMES and is_text(head) and not is_no_document(head):
        return "text/html"
    return None


def _mail(head: bytes, extensions: frozenset[str]) -> str | None:
    """Tell e-mail by two or more of its headers before anything else; a name makes one do."""
    names: set[bytes] = set()
    at = 0
    while found := _HEADER.match(head, at):
        names.add(found[1].lower())
        at = found.end()
    is_whole = head[at : at + 1] in (b"\r", b"\n", b"")
    if not is_whole or not names & _OF_MAIL or not is_text(head[:at]):
        return None
    enough = 1 if "eml" in extensions else 2
    is_mail = len(names & _OF_MAIL) >= enough and (enough == 1 or bool(names & _SURELY_OF_MAIL))
    return "message/rfc822" if is_mail else None


def _text(head: bytes, extensions: frozenset[str]) -> str | None:
    named = next((found for extension, found in _TEXTS.items() if extension in extensions), None)
    return named if named and is_text(head) and not is_no_document(head) else None


_CHECKS: tuple[Callable[[bytes, frozenset[str]], str | None], ...] = (
    _pdf,
    zipped,
    compound,
    _rich_text,
    _html,
    _mail,
    _text,
)
