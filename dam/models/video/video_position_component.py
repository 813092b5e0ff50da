"""Where a film was made."""

import re

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers

_FIELDS = ("com.apple.quicktime.location.iso6709", "location", "location-eng")
_NUMBER = r"[+-]\d{2,7}(?:\.\d{1,12})?"
_ISO_6709 = re.compile(rf"({_NUMBER})({_NUMBER})({_NUMBER})?(?:CRS\w{{1,20}})?/?")
_HIGHEST = 1e7
_DIGITS = 9


class VideoPositionComponent(Component):
    """Latitude and longitude in degrees, north and east positive, and the altitude in metres."""

    latitude: Mapped[float] = mapped_column(index=True)
    longitude: Mapped[float]
    altitude: Mapped[float | None]
    field: Mapped[str]
    """The tag that says so."""

    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
    )


@system(version=1, on=VideoComponent)
def read_position(headers: Headers) -> VideoPositionComponent | None:
    """Take the first position that is stated and on earth; nothing if there is none."""
    for field in _FIELDS:
        found = position_in(headers.tags.get(field, ""))
        if found is not None:
            latitude, longitude, altitude = found
            return VideoPositionComponent(
                latitude=latitude, longitude=longitude, altitude=altitude, field=field
            )
    return None


def position_in(text: str) -> tuple[float, float, float | None] | None:
    """Return the position that is written as ISO 6709 has it, in degrees, or with minutes and seconds."""
    match = _ISO_6709.fullmatch(text.strip())
    if match is None:
        return None
    latitude, longitude = _degrees(match[1], 2), _degrees(match[2], 3)
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    altitude = float(match[3]) if match[3] else None
    return latitude, longitude, altitude if altitude is None or abs(altitude) < _HIGHEST else None


def _degrees(text: str, digits: int) -> float | None:
    """Return an angle of so many digits for the degrees, two for minutes and two for seconds, if any."""
    whole, _, fraction = text[1:].partition(".")
    parts = [whole[:digits], whole[digits : digits + 2], whole[digits + 2 :]]
    if len(whole) not in (digits, digits + 2, digits + 4):
        return None
    given = [part for part in parts if part]
    values = [float(part) for part in given]
    values[-1] += float(f"0.{fraction or 0}")
    degrees = sum(value / unit for value, unit in zip(values, (1, 60, 3600), strict=False))
    return round(-degrees if text[0] == "-" else degrees, _DIGITS)
