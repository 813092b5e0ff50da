"""How XMP begins, in whatever encoding, and the strict reading of a file that is nothing but XMP."""

import re
from typing import Literal

from dam.core.content import Content
from dam.models.image.metadata.window import MalformedError
from dam.models.image.metadata.xmp import Property, parse_xmp

SIZE_LIMIT = 32 << 20
"""Bytes of a sidecar that are read; masks that were painted make some megabytes."""

_ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_LOOKED_AT = 16 << 10
_BEFORE_ROOT = re.compile(r"(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(xmpmeta|xapmeta|RDF)[\s>/]")

Start = Literal["packet", "rdf"]


def packet_start(head: bytes) -> Start | None:
    """Tell whether bytes begin as an XMP packet, or at least as the RDF that is inside of one."""
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), "utf-8")
    text = head[:_LOOKED_AT].decode(encoding, "replace").removeprefix("\ufeff")
    before = _BEFORE_ROOT.match(text)
    end = before.end() if before else 0
    root = _ROOT.match(text, end)
    if root is None:
        return None
    return "packet" if root[1] != "RDF" or "<?xpacket" in text[:end] else "rdf"


def read_sidecar_file(content: Content) -> dict[str, Property]:
    """Return all properties of a sidecar; raises MalformedError, with the reason, if it is not whole."""
    if content.size > SIZE_LIMIT:
        raise MalformedError(f"a sidecar of {content.size} bytes: only {SIZE_LIMIT} are read of any")
    with content.open() as file:
        data = file.read(SIZE_LIMIT)
    if not data.strip(b"\0 \t\r\n"):
        raise MalformedError("the sidecar is empty")
    return parse_xmp(data)
