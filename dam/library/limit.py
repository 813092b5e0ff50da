"""How many answers are wanted at most."""

from dam.errors import UsageError


def check_limit(limit: int | None) -> None:
    """Raise UsageError for a limit that would let nothing through."""
    if limit is not None and limit < 1:
        raise UsageError(f"bad limit: {limit}: it is at least 1")
