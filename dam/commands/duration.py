"""Durations as people write them: `90`, `30s`, `45m`, `1h30m`, `2d`."""

import re

from dam.errors import UsageError

_WHOLE = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?")


def seconds_of(text: str) -> float:
    """Return the seconds that a duration means. Raises UsageError for anything else, and for none at all."""
    match = _WHOLE.fullmatch(text.strip().lower())
    parts = match.groups() if match else ()
    seconds = sum(
        float(part) * factor for part, factor in zip(parts, (86400, 3600, 60, 1), strict=False) if part
    )
    if not seconds:
        raise UsageError(f"bad duration: {text}", hint="write it like 90s, 45m or 1h30m")
    return seconds
