"""When the satellites were last heard, in UTC."""

from datetime import UTC, datetime, timedelta

from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.moment import read_moment
from dam.models.image.metadata.precedence import first, texts_of
from dam.models.image.metadata.values import numbers_of, text_in

_TIME, _DATE = 7, 29
_XMP = "exif:GPSTimeStamp"
"""In XMP it has the date, too."""


def gps_time(metadata: Metadata) -> datetime | None:
    """Return date and time by GPS; one without the other says nothing."""
    tags = metadata.exif.gps
    day = read_moment(text_in(tags, _DATE))
    clock = numbers_of(tags.get(_TIME))
    if day is None or len(clock) != 3:
        stated = read_moment(first(texts_of(metadata.xmp.get(_XMP))))
        return None if stated is None or stated.precision != "second" else stated.at(0).utc
    hours, minutes, seconds = (number if number is not None else -1 for number in clock)
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    midnight = day.local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=round(seconds, 6))
