"""Bytes as text, where nothing says in which encoding."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
_FALLBACK = "cp1252"


def is_text(head: bytes) -> bool:
    """Tell whether bytes, which may end in the middle of a character, can be text."""
    if not head:
        return False
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return _decodes(head[len(bom) :], encoding)
    return not _BINARY.search(head)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    return not _WIDE_BINARY.search(text)


def decoded(data: bytes, declared: str | None = None) -> str:
    """Return bytes as text: by their byte order mark, as declared, as UTF-8, else as Windows had it."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    for encoding in filter(None, (declared, "utf-8")):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(data)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode(_FALLBACK, "replace")
