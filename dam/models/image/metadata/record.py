"""All fields of a file as one JSON document that both databases hold, and that has a limit."""

import math
from collections.abc import Callable, Iterable, Mapping
from types import UnionType
from typing import Any

from PIL.ExifTags import GPSTAGS, TAGS, Interop

from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.iptc_names import name_of
from dam.models.image.metadata.tiff import Large, Ratio, Tags, text_of
from dam.models.image.metadata.values import TEXT_LIMIT

ROOM = 200_000
"""How many characters a record may have, about; the rest is left out, and `incomplete` says so."""

_OPAQUE = 64
"""Bytes of a value without a type that are kept, in hex; of longer ones the length is."""

_NAME_LIMIT = 200
_BLOCKS = {700, 33723, 34377, 0x8769, 0x8825, 0xA005}
"""Tags whose content stands elsewhere in the record."""

_WIDE = range(0x9C9B, 0x9CA0)
_COMMENT = 0x9286
_LARGEST_FLOAT, _SMALLEST_FLOAT = 1e15, 1e-9
_INTEROPERABILITY = {int(tag): tag.name for tag in Interop}


def record_of(metadata: Metadata) -> dict[str, Any]:
    """Return the sections that have something in them."""
    exif = metadata.exif
    iptc = {name_of(key): texts for key, texts in metadata.iptc.items()}
    sections: dict[str, Iterable[tuple[str, Any]]] = {
        "IFD0": _named(exif.main, TAGS),
        "ExifIFD": _named(exif.exif, TAGS),
        "GPS": _named(exif.gps, GPSTAGS),
        "IPTC": ((name, texts if len(texts) > 1 else texts[0]) for name, texts in iptc.items()),
        "XMP": metadata.xmp.items(),
        "Text": metadata.texts.items(),
        "InteropIFD": _named(exif.interoperability, _INTEROPERABILITY),
        "IFD1": _named(exif.thumbnail, TAGS),
    }
    writer = _Writer()
    record = {name: made for name, fields in sections.items() if (made := writer.section(fields))}
    return {**record, "incomplete": True} if writer.is_full else record


def _named(tags: Tags, names: Mapping[int, str]) -> Iterable[tuple[str, Any]]:
    for tag, value in tags.items():
        if tag not in _BLOCKS:
            yield names.get(tag) or f"0x{tag:04x}", _text_in(tag, value)


def _text_in(tag: int, value: Any) -> Any:
    """Return the text that bytes of some tags are."""
    if not isinstance(value, bytes):
        return value
    if tag in _WIDE:
        return value.decode("utf-16-le", "replace")
    if tag == _COMMENT:
        return value[8:].decode("utf-16" if value[:7] == b"UNICODE" else "latin-1", "replace")
    return value


class _Writer:
    """Turns values into JSON as long as there is room."""

    def __init__(self) -> None:
        self.room = ROOM
        self.is_full = False
        self._forms: tuple[tuple[type | UnionType, Callable[[Any], Any]], ...] = (
            (str, self._text),
            (int | float, _number),
            (bytes, _opaque),
            (Mapping, lambda value: self.section(value.items())),
        )

    def section(self, fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in fields:
            written = _holdable(name)[:_NAME_LIMIT]
            self.room -= len(written) + 8
            if self.room < 0:
                self.is_full = True
                break
            made.setdefault(written, self._plain(value))
        return made

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Ratio):
            over, under = value
            return _number(over / under) if under else f"{over}/{under}"
        if isinstance(value, Large):
            return {"bytes": value.size}
        for kinds, write in self._forms:
            if isinstance(value, kinds):
                return write(value)
        return self._list(value)

    def _text(self, value: str) -> str:
        text = _holdable(value).strip()[: max(0, min(TEXT_LIMIT, self.room))]
        self.room -= len(text)
        return text

    def _list(self, values: Iterable[Any]) -> list[Any]:
        made = []
        for value in values:
            self.room -= 8
            if self.room < 0:
                self.is_full = True
                break
            made.append(self._plain(value))
        return made


def _opaque(value: bytes) -> Any:
    if len(value) > _OPAQUE:
        return {"bytes": len(value)}
    text = text_of(value)
    return text if text and text.isprintable() and text.isascii() else value.hex()


def _holdable(text: str) -> str:
    """Return text without what no database holds."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _number(value: float) -> Any:
    """Return a number that comes back from any database as it was, else as text."""
    if isinstance(value, int):
        return value
    if value == 0 or (math.isfinite(value) and _SMALLEST_FLOAT < abs(value) < _LARGEST_FLOAT):
        return float(f"{value:.12g}")
    return str(value)
