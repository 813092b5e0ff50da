"""Where a picture was taken."""

import re
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Timestamp
from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.gps_time import gps_time
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.tiff import Tags
from dam.models.image.metadata.values import number_of, numbers_of, text_in
from dam.models.image.metadata.xmp import Property
from dam.models.image.metadata.xmp_numbers import number_in

_ALTITUDE_REF, _ALTITUDE = 5, 6
_XMP_ANGLE = re.compile(r"(\d{1,3})(?:,(\d{1,10}(?:\.\d+)?))?(?:,(\d{1,10}(?:\.\d+)?))?([NSEW])")
_HIGHEST = 1e7
_DIGITS = 9
"""Digits that are kept of a degree: a tenth of a millimetre."""

_Position = tuple[float, float, float | None]


class GpsPositionComponent(Component):
    """Latitude and longitude in degrees, north and east positive, and the altitude in metres."""

    enriches = True

    latitude: Mapped[float] = mapped_column(index=True)
    longitude: Mapped[float]
    altitude: Mapped[float | None]
    """Above sea level; below it is negative."""
    time: Mapped[datetime | None] = mapped_column(Timestamp)
    source: Mapped[str]

    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
    )


def gps_position(metadata: Metadata) -> GpsPositionComponent | None:
    """Return the position that EXIF gives, else the one of XMP; one that is not on earth is none."""
    stated = preferred(metadata, {"exif": _exif(metadata.exif.gps), "xmp": _xmp(metadata.xmp)})
    if stated is None:
        return None
    (latitude, longitude, altitude), source = stated
    return GpsPositionComponent(
        latitude=latitude, longitude=longitude, altitude=altitude, time=gps_time(metadata), source=source
    )


def _exif(tags: Tags) -> _Position | None:
    latitude = _angle(numbers_of(tags.get(2)), text_in(tags, 1), "NS", 90)
    longitude = _angle(numbers_of(tags.get(4)), text_in(tags, 3), "EW", 180)
    if latitude is None or longitude is None:
        return None
    return latitude, longitude, _altitude(number_of(tags.get(_ALTITUDE)), number_of(tags.get(_ALTITUDE_REF)))


def _xmp(xmp: dict[str, Property]) -> _Position | None:
    latitude = _written_angle(first(texts_of(xmp.get("exif:GPSLatitude"))), "NS", 90)
    longitude = _written_angle(first(texts_of(xmp.get("exif:GPSLongitude"))), "EW", 180)
    if latitude is None or longitude is None:
        return None
    altitude = _altitude(number_in(xmp, "exif:GPSAltitude"), number_in(xmp, "exif:GPSAltitudeRef"))
    return latitude, longitude, altitude


def _written_angle(text: str | None, sides: str, most: int) -> float | None:
    match = _XMP_ANGLE.fullmatch(text or "")
    if match is None:
        return None
    return _angle([float(part or 0) for part in match.groups()[:3]], match[4], sides, most)


def _angle(parts: list[float | None], side: str | None, sides: str, most: int) -> float | None:
    """Return degrees, minutes and seconds as degrees, negative on the second of two sides."""
    sign = sides.find((side or "?")[0].upper())
    if sign < 0 or len(parts) != 3 or parts[0] is None:
        return None
    # Who writes all of it as degrees or minutes may leave the rest as 0/0.
    degrees = sum((part or 0.0) / unit for part, unit in zip(parts, (1, 60, 3600), strict=True))
    if not 0 <= degrees <= most:
        return None
    return round(-degrees if sign else degrees, _DIGITS)


def _altitude(metres: float | None, reference: float | None) -> float | None:
    if metres is None or not abs(metres) < _HIGHEST:
        return None
    return -metres if reference == 1 and metres > 0 else metres
