"""Of what kind a text is that is XML, by its first element: it may have any name."""

import re
from typing import Literal

SVG_WITHIN = 8192
"""Bytes in which a drawing's first element has to begin."""
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?><\?xml[^>]*\?>\s*+)?"
    rb"(?:(?><!--.*?-->|<!DOCTYPE\s+svg[^\[>]*+(?:\[.*?\]\s*+)?>)\s*+)*+"
    rb"<(?:svg:)?svg[\s>]",
    re.DOTALL,
)

_ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_LOOKED_AT = 16 << 10
_SPACE = b" \t\r\n\f\v"
_BEFORE_ROOT = re.compile(r"(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(xmpmeta|xapmeta|RDF)[\s>/]")

Start = Literal["packet", "rdf"]


def packet_start(head: bytes) -> Start | None:
    """Tell whether bytes begin as an XMP packet, or at least as the RDF that is inside of one."""
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), None)
    if encoding is None and not head.lstrip(_SPACE).startswith(b"<"):
        return None  # Decoding what is no text takes long.
    text = head[:_LOOKED_AT].decode(encoding or "utf-8", "replace").removeprefix("\ufeff")
    before = _BEFORE_ROOT.match(text)
    end = before.end() if before else 0
    root = _ROOT.match(text, end)
    if root is None:
        return None
    return "packet" if root[1] != "RDF" or "<?xpacket" in text[:end] else "rdf"


def is_svg(head: bytes) -> bool:
    """Tell whether bytes begin as a drawing."""
    return _SVG.match(head[:SVG_WITHIN]) is not None


def is_no_document(head: bytes) -> bool:
    """Tell whether bytes that are text are a drawing, or what is said of another file."""
    return is_svg(head) or packet_start(head) == "packet"
