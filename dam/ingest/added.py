"""What came of a file that was to be added."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from dam.errors import DamError
from dam.ingest.listing import Candidate
from dam.models.directory import Folder
from dam.services.digests import Digests
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Staged
from dam.services.os_errors import why


class AddStatus(StrEnum):
    """The five ways a path can end; every path ends in exactly one."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Added:
    """What came of one path."""

    path: bytes
    status: AddStatus
    entity: int | None = None
    sha256: bytes | None = None
    error: str | None = None
    """Why it was skipped or failed."""
    hint: str | None = None
    problems: tuple[str, ...] = ()
    """Systems that failed on it, with the reason. Its bytes are safe all the same."""
    note: str | None = None
    healed: bool = False
    """Whether the store's copy was found damaged and was replaced by these bytes."""
    named: bool = False
    """Whether the user named this very path."""

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        """Return the end of a candidate that is no file."""
        status = AddStatus.SKIPPED if candidate.verdict == "skipped" else AddStatus.FAILED
        return cls(candidate.path, status, error=candidate.reason, hint=candidate.hint, named=candidate.named)

    @classmethod
    def refused(cls, candidate: Candidate, status: AddStatus, error: DamError | OSError) -> Self:
        """Return the end of a file that could not be read."""
        # The message names the path, as does the line it is shown on.
        reason = error.message.rpartition(": ")[2] if isinstance(error, DamError) else why(error)
        return cls(candidate.path, status, error=reason, named=candidate.named)

    def with_healing(self) -> Self:
        """Return the same, healed."""
        return replace(self, healed=True, note="healed: the copy in the store was damaged or missing")


@dataclass(frozen=True)
class Reading:
    """One file that was read to its end."""

    candidate: Candidate
    facts: FileFacts
    digests: Digests
    staged: Staged | None
    """Where its bytes wait in the store; None if they are registered in place."""
    folder: Folder
    seen: datetime
