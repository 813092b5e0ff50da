"""Periods as people write them: `2026` is a year, `2026-11-23T10:15` a minute."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

_WRITTEN = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?", re.ASCII
)
_FIRST = (1, 1, 1, 0, 0, 0)
_LENGTHS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))


class Period(NamedTuple):
    """From `start` on, and before `end`; of no time zone."""

    start: datetime
    end: datetime


def read_period(text: str) -> Period:
    """Return the period that is written; raises ValueError if it is none."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time")
    *digits, fraction = match.groups()
    given = [int(part) for part in digits if part is not None]
    year, month, day, hour, minute, second = [*given, *_FIRST[len(given) :]]
    start = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - of no time zone
    try:
        return Period(*_exact(start, fraction)) if fraction else Period(start, _end(start, len(given)))
    except OverflowError:
        raise ValueError("no time that can be held") from None


def _exact(start: datetime, fraction: str) -> tuple[datetime, datetime]:
    moment = start + timedelta(microseconds=int(fraction.ljust(6, "0")))
    return moment, moment + timedelta(microseconds=10 ** (6 - len(fraction)))


def _end(start: datetime, parts: int) -> datetime:
    if parts == 1:
        return start.replace(year=start.year + 1)
    if parts == 2:
        return (start + timedelta(days=31)).replace(day=1)
    return start + _LENGTHS[parts - 3]
