"""Times as documents write them, on the clock of whoever wrote them."""

import re
from datetime import datetime

_ISO = re.compile(r"\s*(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?)?)?", re.ASCII)
_PDF = re.compile(r"\s*(?:D:)?(\d{4})(?!-)(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?", re.ASCII)


def iso_moment(text: str | None) -> datetime | None:
    """Return the time that ISO 8601 says, None if it makes none."""
    return _moment(_ISO, text)


def pdf_moment(text: str | None) -> datetime | None:
    """Return the time that a PDF says, None if it makes none."""
    return _moment(_PDF, text) or _moment(_ISO, text)


def _moment(pattern: re.Pattern[str], text: str | None) -> datetime | None:
    found = pattern.match(text or "")
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month or 1, day or 1, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
