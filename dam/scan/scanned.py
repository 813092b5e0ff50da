"""What a scan says about a place that the library knows."""

from dataclasses import dataclass, field
from enum import StrEnum


class ScanStatus(StrEnum):
    """How a known place compares with the disk; every place ends in exactly one of these."""

    PRESENT = "present"
    """It looks as it did when it was last read."""
    TOUCHED = "touched"
    """Its times or its inode are others, its bytes are the same."""
    BACK = "back"
    """It was offline and looks as it did."""
    OFFLINE = "offline"
    """What it lies on is not there: nothing can be said of it."""
    MISSING = "missing"
    MOVED = "moved"
    CHANGED = "changed"
    """It holds other bytes."""
    FAILED = "failed"
    """It could not be looked at: nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class ScannedPlace:
    """What came of one place."""

    path: bytes
    status: ScanStatus
    entity: int
    """The one whose bytes were there."""
    reason: str | None = None
    hint: str | None = None
    concerns: bytes | None = None
    """The mount point or folder that the reason is about, if it is not the place alone."""
    moved_to: bytes | None = None
    new_entity: int | None = None
    """Of a changed place: the entity that it holds now, if the library knows it."""
    last_copy_gone: bool = False
    """Whether no store and no other place is known to have its bytes any more."""


@dataclass
class Surroundings:
    """What a scan came by that is no place it was asked about."""

    unknown_files: int = 0
    """Files beside known ones that are not in the library."""
    elsewhere: int = 0
    """Open places of other hosts."""
    unknown_paths: list[bytes] = field(default_factory=list)
    """Paths that were named and where the library knows of nothing."""
