"""How a picture was exposed."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import preferred
from dam.models.image.metadata.tiff import Tiff
from dam.models.image.metadata.values import number_of, positive
from dam.models.image.metadata.xmp_numbers import number_in

_TIME, _APERTURE, _ISO, _FOCAL_LENGTH, _FOCAL_LENGTH_35MM = 0x829A, 0x829D, 0x8827, 0x920A, 0xA405
_APEX_TIME, _APEX_APERTURE = 0x9201, 0x9202
_MORE_ISO = (0x8832, 0x8833, 0x8831)
"""The recommended index, the speed and the standard output: one is given if ISO is too small a field."""

_ISO_OVERFLOW = 65535
_HIGHEST_ISO = 100_000_000
_MOST_STOPS = 30
_Numbers = tuple[float | None, ...]


class ExposureComponent(Component):
    """Exposure time in seconds, aperture as f-number, ISO, and focal lengths in mm."""

    enriches = True

    seconds: Mapped[float | None]
    aperture: Mapped[float | None]
    iso: Mapped[int | None] = mapped_column(BigInteger)
    focal_length: Mapped[float | None]
    focal_length_35mm: Mapped[float | None]
    """Of the lens that shows as much on 35 mm film."""
    source: Mapped[str]


def exposure(metadata: Metadata) -> ExposureComponent | None:
    """Return what EXIF says, or XMP where EXIF says nothing at all."""
    stated = preferred(metadata, {"exif": _if_any(_exif(metadata.exif)), "xmp": _if_any(_xmp(metadata))})
    if stated is None:
        return None
    (seconds, aperture, iso, focal_length, equivalent), source = stated
    return ExposureComponent(
        seconds=seconds,
        aperture=aperture,
        iso=None if iso is None else round(iso),
        focal_length=focal_length,
        focal_length_35mm=equivalent,
        source=source,
    )


def _exif(tiff: Tiff) -> _Numbers:
    tags = tiff.main | tiff.exif
    iso = positive(tags.get(_ISO))
    if iso is None or iso == _ISO_OVERFLOW:
        iso = next((more for tag in _MORE_ISO if (more := positive(tags.get(tag)))), iso)
    if iso is not None and iso > _HIGHEST_ISO:
        iso = None
    return (
        positive(tags[_TIME]) if _TIME in tags else _power(number_of(tags.get(_APEX_TIME)), -1),
        positive(tags[_APERTURE]) if _APERTURE in tags else _power(number_of(tags.get(_APEX_APERTURE)), 0.5),
        iso,
        positive(tags.get(_FOCAL_LENGTH)),
        positive(tags.get(_FOCAL_LENGTH_35MM)),
    )


def _xmp(metadata: Metadata) -> _Numbers:
    numbers = (
        number_in(metadata.xmp, "exif:ExposureTime"),
        number_in(metadata.xmp, "exif:FNumber"),
        number_in(metadata.xmp, "exif:ISOSpeedRatings", "exifEX:PhotographicSensitivity"),
        number_in(metadata.xmp, "exif:FocalLength"),
        number_in(metadata.xmp, "exif:FocalLengthIn35mmFilm"),
    )
    return tuple(positive(number) for number in numbers)


def _power(exponent: float | None, factor: float) -> float | None:
    """Return what a number of stops stands for; 0 is mostly written by who does not know it."""
    return float(2 ** (exponent * factor)) if exponent and abs(exponent) < _MOST_STOPS else None


def _if_any(numbers: _Numbers) -> _Numbers | None:
    return numbers if any(number is not None for number in numbers) else None
