"""When a picture was taken."""

from datetime import datetime, timedelta

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Timestamp, WallTime
from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.gps_time import gps_time
from dam.models.image.metadata.moment import Moment, read_moment, read_offset
from dam.models.image.metadata.precedence import first, texts_of
from dam.models.image.metadata.values import text_in

_ORIGINAL = (0x9003, 0x9291, 0x9011)
_DIGITIZED = (0x9004, 0x9292, 0x9012)
"""The tags with a time, its fraction and its offset."""

_QUARTER = timedelta(minutes=15)
_SLACK = timedelta(minutes=3)
"""How far a camera's clock, or its last fix, may be from GPS time to tell the offset."""

_Stated = tuple[str, str, Moment | None]


class CaptureTimeComponent(Component):
    """When the picture was taken, by the clock on the wall there, and which field says so.

    Where only the time of its digitization is known, it is that.
    """

    enriches = True

    local: Mapped[datetime] = mapped_column(WallTime, index=True)
    precision: Mapped[str]
    """What `local` is exact to: year, month, day, minute or second."""
    offset_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    """How far the clock was ahead of UTC."""
    utc: Mapped[datetime | None] = mapped_column(Timestamp)
    source: Mapped[str]
    field: Mapped[str]


def capture_time(metadata: Metadata) -> CaptureTimeComponent | None:
    """Return the first of the times that are stated: taken before digitized, EXIF before XMP before IPTC."""
    for source, field, moment in (*_taken(metadata), *_digitized(metadata)):
        if moment is None:
            continue
        known = moment.at(_offset_by_gps(moment, metadata))
        return CaptureTimeComponent(
            local=known.local,
            precision=known.precision,
            offset_minutes=known.offset,
            utc=known.utc,
            source=source,
            field=field,
        )
    return None


def _taken(metadata: Metadata) -> tuple[_Stated, ...]:
    said: tuple[_Stated, ...] = (
        _xmp(metadata, "photoshop:DateCreated"),
        _xmp(metadata, "exif:DateTimeOriginal"),
    )
    iptc = ("iptc", "DateCreated", _iptc(metadata, 55, 60))
    exif = ("exif", "DateTimeOriginal", _exif(metadata, *_ORIGINAL))
    return (exif, iptc, *said) if metadata.iptc_is_newer else (exif, *said, iptc)


def _digitized(metadata: Metadata) -> tuple[_Stated, ...]:
    return (
        ("exif", "DateTimeDigitized", _exif(metadata, *_DIGITIZED)),
        _xmp(metadata, "exif:DateTimeDigitized"),
        _xmp(metadata, "xmp:CreateDate"),
        ("iptc", "DigitalCreationDate", _iptc(metadata, 62, 63)),
    )


def _exif(metadata: Metadata, time: int, fraction: int, offset: int) -> Moment | None:
    tags = metadata.exif.exif
    # TIFF/EP, and with it some cameras' raw files, has the time in the main directory.
    moment = read_moment(text_in(tags, time) or text_in(metadata.exif.main, time))
    if moment is None:
        return None
    return moment.with_fraction(text_in(tags, fraction)).at(read_offset(text_in(tags, offset)))


def _xmp(metadata: Metadata, name: str) -> _Stated:
    return metadata.xmp_source, name, read_moment(first(texts_of(metadata.xmp.get(name))))


def _iptc(metadata: Metadata, day: int, time: int) -> Moment | None:
    date = first(texts_of(metadata.iptc.get((2, day))))
    clock = first(texts_of(metadata.iptc.get((2, time)))) or ""
    if date is None or len(date) != 8:
        return None
    written = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    # Of a date with the day or the month left open, the year is known.
    whole = f"{written} {clock[:2]}:{clock[2:4]}:{clock[4:6]}{clock[6:]}"
    return read_moment(whole) or read_moment(written) or read_moment(written[:7]) or read_moment(date[:4])


def _offset_by_gps(moment: Moment, metadata: Metadata) -> int | None:
    """Return the offset that the difference to GPS time shows, if it is one that clocks have."""
    utc = gps_time(metadata)
    if moment.offset is not None or moment.precision != "second" or utc is None:
        return None
    ahead = moment.local - utc.replace(tzinfo=None)
    quarters = round(ahead / _QUARTER)
    if abs(ahead - quarters * _QUARTER) > _SLACK or abs(quarters) > 14 * 4:
        return None
    return quarters * 15
