"""Moments as people write them: `2026-11-01`, `2026-11-01T12:30`, or `7d` ago."""

from datetime import UTC, datetime, timedelta

from dam.commands.duration import seconds_of
from dam.errors import UsageError


def parse_moment(text: str) -> datetime:
    """Return the moment that a date, a time or a duration before now means; without a zone it is local time.

    Raises UsageError for anything else.
    """
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return datetime.now(UTC) - timedelta(seconds=seconds_of(text))
    except (UsageError, OverflowError):
        raise UsageError(
            f"bad moment: {text}", hint="write it like 2026-11-01, 2026-11-01T12:30 or 7d"
        ) from None
