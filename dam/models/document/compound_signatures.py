"""Which document format a compound file is, as Office wrote them until 2007: by the streams in it."""

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

WORD = "application/msword"
SHEET = "application/vnd.ms-excel"
SLIDES = "application/vnd.ms-powerpoint"
MAIL = "application/vnd.ms-outlook"
VISIO = "application/vnd.visio"
PUBLISHER = "application/x-mspublisher"

_STREAMS = (
    ("WordDocument", WORD),
    ("PowerPoint Document", SLIDES),
    ("Workbook", SHEET),
    ("Book", SHEET),
    ("__properties_version1.0", MAIL),
    ("VisioDocument", VISIO),
    ("Quill", PUBLISHER),
)
_NAMES = {
    "doc": WORD,
    "dot": WORD,
    "xls": SHEET,
    "xlt": SHEET,
    "ppt": SLIDES,
    "pps": SLIDES,
    "msg": MAIL,
    "vsd": VISIO,
    "pub": PUBLISHER,
}


def compound(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of a document that is a compound file, None for any other.

    Where the list of streams stands beyond the beginning, the name has to do. Documents may hold others, so
    that the name also decides between streams of several formats.
    """
    if not head.startswith(_MAGIC) or len(head) < 52:
        return None
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    listed = head[(int.from_bytes(head[48:52], "little") + 1) * sector :]
    # A whole entry: the name, and zeros up to its 64 bytes.
    found = [kind for stream, kind in _STREAMS if (stream.encode("utf-16-le") + b"\0\0") in listed]
    named = [kind for extension, kind in _NAMES.items() if extension in extensions]
    return next((kind for kind in (*(k for k in named if k in found), *found, *named)), None)
