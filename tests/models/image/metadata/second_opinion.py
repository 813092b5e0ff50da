"""What ExifTool reads of a file, in the units and with the precedence of our components."""

import re
from collections.abc import Iterator
from typing import Any

Said = dict[str, Any]

_STALE = "IPTCDigest is not current"
_TAKEN = ("XMP-photoshop:DateCreated", "XMP-exif:DateTimeOriginal")
_NUMBERS = {
    "seconds": ("ExifIFD:ExposureTime", "IFD0:ExposureTime", "XMP-exif:ExposureTime"),
    "aperture": ("ExifIFD:FNumber", "IFD0:FNumber", "XMP-exif:FNumber"),
    "iso": ("ExifIFD:ISO", "IFD0:ISO", "XMP-exif:ISO"),
    "focal_length": ("ExifIFD:FocalLength", "IFD0:FocalLength", "XMP-exif:FocalLength"),
    "focal_length_35mm": ("ExifIFD:FocalLengthIn35mmFormat", "XMP-exif:FocalLengthIn35mmFormat"),
    "orientation": ("IFD0:Orientation", "XMP-tiff:Orientation"),
    "rating": ("XMP-xmp:Rating", "IFD0:Rating"),
}
_TEXTS = {
    "make": ("IFD0:Make", "XMP-tiff:Make"),
    "model": ("IFD0:Model", "XMP-tiff:Model"),
    "lens": ("ExifIFD:LensModel", "IFD0:LensModel", "XMP-exifEX:LensModel", "XMP-aux:Lens"),
    "title": ("XMP-dc:Title", "IPTC:ObjectName", "IFD0:XPTitle", "PNG:Title"),
    "caption": ("IFD0:ImageDescription", "XMP-dc:Description", "IPTC:Caption-Abstract", "PNG:Description"),
    "creator": ("IFD0:Artist", "XMP-dc:Creator", "IPTC:By-line", "PNG:Author"),
    "copyright": ("IFD0:Copyright", "XMP-dc:Rights", "IPTC:CopyrightNotice", "PNG:Copyright"),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords", "IFD0:XPKeywords"),
}
_LISTS = {"creator", "keywords"}
CUT = 300
"""Where the expectations cut long texts."""


def second_opinion(said: Said) -> dict[str, Any]:
    """Return the values by our names; those that ExifTool does not find are missing."""
    found: dict[str, Any] = {}
    for name, tags in _NUMBERS.items():
        found[name] = next((n for tag in tags if (n := _number(said.get(tag))) is not None), None)
    for name, tags in _TEXTS.items():
        order = sorted(tags, key=lambda tag: _rank(tag, said))
        texts = next((texts for tag in order if (texts := _texts(said.get(tag), name))), None)
        found[name] = texts if name in _LISTS or not texts else texts[0]
    found["taken"] = next(_times(said), None)
    found |= _position(said)
    return {name: value for name, value in found.items() if value is not None}


def _rank(tag: str, said: Said) -> int:
    """Put IPTC before XMP where the two are known to differ."""
    is_stale = _STALE in str(said.get("ExifTool:Warning", ""))
    return {"IFD": 0, "Exi": 0, "IPT": 1 if is_stale else 2, "XMP": 2 if is_stale else 1}.get(tag[:3], 3) + (
        3 if tag.startswith("IFD0:XP") else 0
    )


def _texts(value: Any, name: str) -> list[str]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    if name in _LISTS and isinstance(value, str):
        listed = value.split(";")
    cut = [str(text).strip()[:CUT] for text in listed]
    return list(dict.fromkeys(text for text in cut if text))


def _number(value: Any) -> float | None:
    """Return a number, of several the first."""
    try:
        return float(str(value).split(maxsplit=1)[0])
    except (ValueError, IndexError):
        return None


def _times(said: Said) -> Iterator[str]:
    """Yield the times that are stated, the one that counts first, as `2021-07-10 20:39:25`."""
    exif = said.get("ExifIFD:DateTimeOriginal") or said.get("IFD0:DateTimeOriginal")
    iptc = _joined(said, "IPTC:DateCreated", "IPTC:TimeCreated")
    xmp = [said.get(tag) for tag in _TAKEN]
    taken = [exif, iptc, *xmp] if _STALE in str(said.get("ExifTool:Warning", "")) else [exif, *xmp, iptc]
    digitized = [
        said.get("ExifIFD:CreateDate"),
        said.get("XMP-exif:DateTimeDigitized"),
        said.get("XMP-xmp:CreateDate"),
        _joined(said, "IPTC:DigitalCreationDate", "IPTC:DigitalCreationTime"),
    ]
    for text in (*taken, *digitized):
        match = re.match(r"(\d{4})(?::(\d\d)(?::(\d\d)(?: (\d\d:\d\d(?::\d\d)?))?)?)?", str(text or ""))
        if match and match[1] != "0000":
            day = "-".join(part for part in match.groups()[:3] if part)
            yield f"{day} {match[4]}" if match[4] else day


def _joined(said: Said, day: str, time: str) -> str | None:
    return f"{said[day]} {said.get(time, '')}" if day in said else None


def _position(said: Said) -> dict[str, float]:
    latitude, longitude = (said.get(f"Composite:GPS{name}") for name in ("Latitude", "Longitude"))
    if _number(latitude) is None or _number(longitude) is None:
        return {}
    found = {"latitude": float(str(latitude)), "longitude": float(str(longitude))}
    altitude = _number(said.get("GPS:GPSAltitude", said.get("XMP-exif:GPSAltitude")))
    if altitude is not None:
        below = str(said.get("GPS:GPSAltitudeRef", said.get("XMP-exif:GPSAltitudeRef"))) == "1"
        found["altitude"] = -altitude if below else altitude
    return found
