"""When a film was made."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Timestamp, WallTime
from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers

_FIELDS = (
    "com.apple.quicktime.creationdate",
    "com.android.capture.creationdate",
    "creation_time",
    "wm/encodingtime",
    "date_recorded",
    "creationdate",
    "date",
)
"""Those that tell the offset first."""
_UTC_FIELDS = frozenset({"creation_time"})
"""What is by definition in UTC, whether or not it says so."""
_YEARS = range(1970, 2200)
"""Clocks that were never set show years before."""
_LENGTH_OF_A_DAY = len("2026-01-01")


class VideoCreationTimeComponent(Component):
    """The time at which it was made, by the clock there if its offset is known, and in UTC."""

    local: Mapped[datetime | None] = mapped_column(WallTime, index=True)
    offset_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    """How far the clock was ahead of UTC."""
    utc: Mapped[datetime | None] = mapped_column(Timestamp, index=True)
    field: Mapped[str]
    """The tag that says so."""


@system(version=1, on=VideoComponent)
def read_creation_time(headers: Headers) -> VideoCreationTimeComponent | None:
    """Take the first of the times that are stated and could be one; nothing if there is none."""
    for field in _FIELDS:
        moment = _moment(headers.tags.get(field, ""))
        if moment is None:
            continue
        if field in _UTC_FIELDS:
            utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            return VideoCreationTimeComponent(local=None, offset_minutes=None, utc=utc, field=field)
        offset = moment.utcoffset()
        return VideoCreationTimeComponent(
            local=moment.replace(tzinfo=None),
            offset_minutes=None if offset is None else offset // timedelta(minutes=1),
            utc=None if offset is None else moment.astimezone(UTC),
            field=field,
        )
    return None


def _moment(text: str) -> datetime | None:
    """Return a moment that is written as ISO 8601 has it; a day alone is none."""
    if len(text) <= _LENGTH_OF_A_DAY:
        return None
    try:
        moment = datetime.fromisoformat(text)
        utc = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return moment if utc.year in _YEARS and (utc.year, utc.month, utc.day) != (1970, 1, 1) else None
