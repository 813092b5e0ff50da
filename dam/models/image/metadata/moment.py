"""Times as cameras and programs write them: local, of some precision, sometimes with an offset from UTC."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:[-:./](?P<month>\d\d?)(?:[-:./](?P<day>\d\d?)"
    r"(?:[T ]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?)?)?"
    r"\s*(?P<offset>Z|[+-]\d\d:?\d\d)?"
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_FARTHEST = 15 * 60
"""No place is farther from UTC than 14 hours; in minutes, and some more."""


@dataclass(frozen=True)
class Moment:
    """A time by the clock on the wall, and how far that clock was from UTC, in minutes, if it says so."""

    local: datetime
    precision: str
    """What it is exact to: year, month, day, minute or second."""
    offset: int | None = None

    @property
    def utc(self) -> datetime | None:
        """Return the same moment in UTC, None if there is no offset."""
        if self.offset is None:
            return None
        return (self.local - timedelta(minutes=self.offset)).replace(tzinfo=UTC)

    def at(self, offset: int | None) -> Self:
        """Return it with this offset, unless it has one."""
        return self if offset is None or self.offset is not None else replace(self, offset=offset)

    def with_fraction(self, digits: str | None) -> Self:
        """Return it with a fraction of a second, given as the digits after the point."""
        if not digits or not digits.isdecimal() or self.precision != "second":
            return self
        return replace(self, local=self.local.replace(microsecond=_microseconds(digits)))


def read_moment(text: str | None) -> Moment | None:
    """Return the time that a text gives, None if it gives none that exists."""
    match = _MOMENT.fullmatch((text or "").strip())
    if match is None:
        return None
    given = {name: int(digits) for name, digits in match.groupdict().items() if digits and name in _PARTS}
    try:
        local = datetime(**{"month": 1, "day": 1, **given})  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    if not 1000 <= local.year < 9999:
        return None
    precision = "minute" if list(given)[-1] == "hour" else list(given)[-1]
    return Moment(local, precision, read_offset(match["offset"])).with_fraction(match["fraction"])


def read_offset(text: str | None) -> int | None:
    """Return an offset from UTC in minutes, None if the text gives none."""
    if (text or "").strip() == "Z":
        return 0
    match = _OFFSET.fullmatch((text or "").strip())
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return (minutes if match[1] == "+" else -minutes) if minutes <= _FARTHEST else None


_PARTS = ("year", "month", "day", "hour", "minute", "second")


def _microseconds(digits: str) -> int:
    return int(digits[:6].ljust(6, "0"))
