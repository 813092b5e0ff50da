"""Durations as people write them: `90`, `30s`, `45m`, `1h30m`, `2d`."""

import re

from dam.errors import UsageError

_NUMBER = r"(\d+(?:\.\d+)?)"
_PARTS = re.compile("".join(f"(?:{_NUMBER}{unit})?" for unit in "dhms"), re.ASCII)
_SECONDS = re.compile(_NUMBER, re.ASCII)


def seconds_of(text: str) -> float:
    """Return the seconds that a duration means. Raises UsageError for anything else, and for none at all."""
    written = text.strip().lower()
    if _SECONDS.fullmatch(written):
        written += "s"
    match = _PARTS.fullmatch(written)
    parts = match.groups("0") if match else ()
    seconds = sum(float(part) * unit for part, unit in zip(parts, (86400, 3600, 60, 1), strict=False))
    if not seconds:
        raise UsageError(f"bad duration: {text}", hint="write it like 90s, 45m or 1h30m")
    return seconds
