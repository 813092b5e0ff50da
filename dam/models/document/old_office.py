"""What Office's documents from before 2007 say about themselves; their text is not read."""

import codecs
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from dam.core.content import Content
from dam.models.document.compound_file import CompoundFile
from dam.models.document.package_facts import positive
from dam.models.document.plain_words import keywords_in, one_line
from dam.models.document.reading import Facts, Reading

_STREAM = "\x05SummaryInformation"
_ENCODING, _TITLE, _AUTHOR, _KEYWORDS, _CREATED, _MODIFIED, _PAGES = 1, 2, 4, 5, 12, 13, 14
_ENCODINGS = {1200: "utf-16-le", 1201: "utf-16-be", 10000: "mac_roman", 65001: "utf-8"}
_SHORT, _LONG, _TEXT, _WIDE_TEXT, _TIME = 2, 3, 30, 31, 64
_PROPERTIES_LIMIT = 100
_TEXT_LIMIT = 10_000
_SECOND = 10_000_000
"""Ticks of the clock."""
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_YEARS = range(1980, 2200)
"""Others are spans of time, or were never set."""


def read_old_office(content: Content) -> Reading:
    """Return the facts without the text; nothing where they are damaged."""
    try:
        with content.open() as file:
            found = CompoundFile(file).stream(_STREAM)
        return Reading(facts=_facts(dict(_properties(found)))) if found else Reading()
    except struct.error:
        return Reading()


def _properties(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the properties of the first set by number."""
    (at,) = struct.unpack_from("<L", data, 44)
    _, count = struct.unpack_from("<2L", data, at)
    for number in range(min(count, _PROPERTIES_LIMIT)):
        name, offset = struct.unpack_from("<2L", data, at + 8 + number * 8)
        yield name, _value(data, at + offset)


def _value(data: bytes, at: int) -> Any:
    (kind,) = struct.unpack_from("<L", data, at)
    if kind in (_TEXT, _WIDE_TEXT):
        (length,) = struct.unpack_from("<L", data, at + 4)
        text = data[at + 8 :][: min(length, _TEXT_LIMIT) * (1 if kind == _TEXT else 2)]
        return text if kind == _TEXT else text.decode("utf-16-le", "replace")
    form = {_SHORT: "<H", _LONG: "<l", _TIME: "<Q"}.get(kind)
    return struct.unpack_from(form, data, at + 4)[0] if form else None


def _facts(said: dict[int, Any]) -> Facts:
    encoding = _encoding(said.get(_ENCODING))
    return Facts(
        pages=positive(str(said.get(_PAGES))),
        title=_line(said.get(_TITLE), encoding),
        author=_line(said.get(_AUTHOR), encoding),
        created=_moment(said.get(_CREATED)),
        modified=_moment(said.get(_MODIFIED)),
        keywords=keywords_in(_line(said.get(_KEYWORDS), encoding)),
    )


def _encoding(page: Any) -> str:
    name = _ENCODINGS.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _line(value: Any, encoding: str) -> str | None:
    text = value.decode(encoding, "replace") if isinstance(value, bytes) else value
    return one_line(text.partition("\0")[0]) if isinstance(text, str) else None


def _moment(ticks: Any) -> datetime | None:
    """Return a time in UTC, which is what is written, to the nearest second."""
    try:
        moment = _EPOCH + timedelta(seconds=(ticks + _SECOND // 2) // _SECOND)
    except (TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=None) if moment.year in _YEARS else None
