"""What came of a file that was to be added."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from dam.ingest.add_status import AddStatus
from dam.ingest.listing import Candidate, Unchanged
from dam.ingest.removal import Removed
from dam.ingest.take import Refused, Take

__all__ = ["AddStatus", "Added", "Outcomes", "UnchangedFiles"]


@dataclass(frozen=True)
class Added:
    """What came of one path."""

    path: bytes
    status: AddStatus
    entity: int | None = None
    sha256: bytes | None = None
    size: int = 0
    """In bytes."""
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
    moved: bool = False
    """Whether the file was deleted where it was found, its copy in the store having been verified."""
    to_move: bool = False
    """Whether it would be moved: told by a dry run, which does not look whether the file may be deleted."""
    stayed: bool = False
    """Whether it should have been moved, and is still where it was found."""
    damaged: bool = False
    """Whether the store's copy was found damaged and is damaged still."""

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        """Return the end of a candidate that is no file."""
        status = AddStatus.SKIPPED if candidate.verdict == "skipped" else AddStatus.FAILED
        return cls(candidate.path, status, error=candidate.reason, hint=candidate.hint, named=candidate.named)

    @classmethod
    def refused(cls, take: Take, refused: Refused) -> Self:
        """Return the end of a file that could not be read."""
        return cls(take.path, refused.status, error=refused.reason, named=take.named)

    def with_healing(self) -> Self:
        """Return the same, healed."""
        return replace(self, healed=True, note="healed: the copy in the store was damaged or missing")

    def with_removal(self, removed: Removed) -> Self:
        """Return the same, moved, or with the reason why the file stayed."""
        if removed.problem is None:
            return replace(self, moved=True)
        note = f"not moved: {removed.problem}"
        if self.note:
            note = f"{self.note}; {note}"
        return replace(self, stayed=True, damaged=removed.is_damaged, note=note)


@dataclass(frozen=True, slots=True)
class UnchangedFiles:
    """The files of one folder that are as they were."""

    folder: bytes
    files: Sequence[Unchanged]
    named: bool

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[Added]:
        for name, entity, size, sha256 in self.files:
            yield Added(
                os.path.join(self.folder, name),
                AddStatus.UNCHANGED,
                entity=entity,
                sha256=sha256,
                size=size,
                named=self.named,
            )


Outcomes = Sequence[Added] | UnchangedFiles
"""What came of some paths, acknowledged together."""
