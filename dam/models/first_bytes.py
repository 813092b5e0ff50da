"""Formats told by their first bytes."""

from collections.abc import Callable, Sequence

Checks = Sequence[Callable[[bytes], str | None]]
"""What tells formats that have no such start."""


class Signatures:
    """What files start with, and their media types; the first that fits counts."""

    def __init__(self, *known: tuple[bytes, str]) -> None:
        self._known = known
        self._starts = tuple(start for start, _ in known)

    def media_type(self, head: bytes) -> str | None:
        """Return the media type of what starts with `head`."""
        if not head.startswith(self._starts):
            return None  # Nearly always: every file is asked about by every kind.
        return next(media_type for start, media_type in self._known if head.startswith(start))


def by_first_bytes(head: bytes, signatures: Signatures, checks: Checks = ()) -> str | None:
    """Return the media type of what starts with `head`: by what it starts with, else by the first check."""
    found = signatures.media_type(head)
    for check in checks:
        if found is not None:
            break
        found = check(head)
    return found
