"""Which document format a ZIP file is, by what is in it.

Only its beginning is there: members are found by the headers before them, not by the directory at the end.
"""

import struct
import zlib
from collections.abc import Iterator

_MEMBER = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_TYPES_NAME = b"[Content_Types].xml"
_TYPES_LIMIT = 1 << 20

_DOCUMENT = "application/vnd.openxmlformats-officedocument."
WORD = f"{_DOCUMENT}wordprocessingml.document"
SHEET = f"{_DOCUMENT}spreadsheetml.sheet"
SLIDES = f"{_DOCUMENT}presentationml.presentation"
VISIO = "application/vnd.ms-visio.drawing"
EPUB = "application/epub+zip"
OPEN = "application/vnd.oasis.opendocument."

_MAIN_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"wordprocessingml.document.main+xml", WORD),
    (b"wordprocessingml.template.main+xml", f"{_DOCUMENT}wordprocessingml.template"),
    (b"ms-word.document.macroEnabled.main+xml", "application/vnd.ms-word.document.macroEnabled.12"),
    (b"ms-word.template.macroEnabledTemplate.main+xml", "application/vnd.ms-word.template.macroEnabled.12"),
    (b"spreadsheetml.sheet.main+xml", SHEET),
    (b"spreadsheetml.template.main+xml", f"{_DOCUMENT}spreadsheetml.template"),
    (b"ms-excel.sheet.macroEnabled.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    (b"ms-excel.template.macroEnabled.main+xml", "application/vnd.ms-excel.template.macroEnabled.12"),
    (b"presentationml.presentation.main+xml", SLIDES),
    (b"presentationml.slideshow.main+xml", f"{_DOCUMENT}presentationml.slideshow"),
    (b"presentationml.template.main+xml", f"{_DOCUMENT}presentationml.template"),
    (
        b"ms-powerpoint.presentation.macroEnabled.main+xml",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    ),
    (
        b"ms-powerpoint.slideshow.macroEnabled.main+xml",
        "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
    ),
    (b"ms-visio.drawing.main+xml", VISIO),
)
"""What [Content_Types].xml calls the main part."""
_FOLDERS = ((b"word/", WORD), (b"xl/", SHEET), (b"ppt/", SLIDES), (b"visio/", VISIO))
_NAMES = {"docx": WORD, "xlsx": SHEET, "pptx": SLIDES, "vsdx": VISIO}
_PACKAGE_PARTS = (b"_rels/", b"docProps/", b"customXml/")


def zipped(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of a document that is a ZIP file, None for any other."""
    if not head.startswith(_MEMBER):
        return None
    names: list[bytes] = []
    for name, data in _members(head):
        if name == b"mimetype" and not names:
            return _declared(data())
        names.append(name)
        if name == _TYPES_NAME and (found := _by_types(data())):
            return found
    for folder, found in _FOLDERS:
        if any(name.startswith(folder) for name in names) and _is_package(names):
            return found
    if not _is_package(names):
        return None
    return next((found for extension, found in _NAMES.items() if extension in extensions), None)


def _is_package(names: list[bytes]) -> bool:
    return any(name == _TYPES_NAME or name.startswith(_PACKAGE_PARTS) for name in names)


def _declared(data: bytes) -> str | None:
    declared = data.strip().decode("ascii", "replace")
    return declared if declared == EPUB or (declared.startswith(OPEN) and len(declared) < 100) else None


def _by_types(data: bytes) -> str | None:
    return next((found for part, found in _MAIN_PARTS if part in data), None)


class _Data:
    """The bytes of a member, as far as they are there, unpacked when they are asked for."""

    def __init__(self, packed: bytes, method: int) -> None:
        self.packed, self.method = packed, method

    def __call__(self) -> bytes:
        if self.method == _STORED:
            return self.packed
        if self.method != _DEFLATED:
            return b""
        try:
            return zlib.decompressobj(-15).decompress(self.packed, _TYPES_LIMIT)
        except zlib.error:
            return b""


def _members(head: bytes) -> Iterator[tuple[bytes, _Data]]:
    """Yield the name and the data of each member whose header is there."""
    at = 0
    while at >= 0 and len(head) >= at + 30:
        flags, method = struct.unpack_from("<HH", head, at + 6)
        packed, _, name_length, extra = struct.unpack_from("<IIHH", head, at + 18)
        start = at + 30 + name_length + extra
        # A size of 0 may mean that it stands behind the data.
        end = start + packed if packed and not flags & 8 else head.find(b"PK", start)
        yield head[at + 30 : at + 30 + name_length], _Data(head[start : end if end > 0 else None], method)
        at = head.find(_MEMBER, max(end, start) if end > 0 else len(head))
