"""What came of an archive."""

from dataclasses import dataclass

from dam.core.ledger import Outcome


@dataclass(frozen=True)
class Expanded:
    """How expanding an archive has ended."""

    archive: int
    outcome: Outcome | None
    """None if it has not: the archive is out of reach or has changed, or the run was stopped."""
    message: str | None = None
    new: int = 0
    """Members that the library did not have."""
    known: int = 0
    failed: int = 0
    is_damaged: bool = False
    """Whether the archive's own bytes turned out to be others than they must be."""
