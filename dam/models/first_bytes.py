"""Formats told by their first bytes."""

from collections.abc import Callable, Sequence

Signatures = Sequence[tuple[bytes, str]]
"""What files start with, and their media types; the first that fits counts."""
Checks = Sequence[Callable[[bytes], str | None]]
"""What tells formats that have no such start."""


def by_first_bytes(head: bytes, signatures: Signatures, checks: Checks = ()) -> str | None:
    """Return the media type of what starts with `head`: by what it starts with, else by the first check."""
    for start, media_type in signatures:
        if head.startswith(start):
            return media_type
    answers = (check(head) for check in checks)
    return next((found for found in answers if found is not None), None)
