"""The strict reading of a file that is nothing but XMP."""

from dam.core.content import Content
from dam.models.image.metadata.window import MalformedError
from dam.models.image.metadata.xmp import Property, parse_xmp

SIZE_LIMIT = 32 << 20
"""Bytes of a sidecar that are read; masks that were painted make some megabytes."""


def read_sidecar_file(content: Content) -> dict[str, Property]:
    """Return all properties of a sidecar; raises MalformedError, with the reason, if it is not whole."""
    if content.size > SIZE_LIMIT:
        raise MalformedError(f"a sidecar of {content.size} bytes: only {SIZE_LIMIT} are read of any")
    with content.open() as file:
        data = file.read(SIZE_LIMIT)
    if not data.strip(b"\0 \t\r\n"):
        raise MalformedError("the sidecar is empty")
    return parse_xmp(data)
