"""Asking the store whether it still has what the rows say, for very many files, beside the walk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from dam.core.job import Watch
from dam.ingest.known import Sifted, drop_lost
from dam.services.file_storage import Store

CHECKED_AT_ONCE = 2048
"""Files in one check, and files in a run from which on checks are worth a worker."""


@dataclass(frozen=True)
class PresenceCheck:
    """The job of comparing sizes in the store with what they must be."""

    store: Store
    sizes: Sequence[tuple[bytes, int]]
    """SHA-256 and size of each."""
    barred: str | None = None

    @property
    def cost(self) -> int:
        """Give nothing: no file is read."""
        return 0

    def without(self, step: str, reason: str) -> Self:
        """Return a check that finds nothing, so that everything is read."""
        return type(self)(self.store, self.sizes, barred=reason)

    def run(self, watch: Watch) -> list[bytes]:
        """Return the digests of which the store does not have the right number of bytes."""
        if self.barred:
            return [sha256 for sha256, _ in self.sizes]
        watch.step("looking into the store")
        kept = self.store.sizes([sha256 for sha256, _ in self.sizes])
        return [sha256 for (sha256, size), found in zip(self.sizes, kept, strict=True) if size != found]


@dataclass
class Unconfirmed:
    """Sifted listings whose unchanged files the store has yet to confirm."""

    store: Store
    sifted: list[Sifted] = field(default_factory=list)
    files: int = 0

    def add(self, sifted: Sifted) -> None:
        """Add one more."""
        self.sifted.append(sifted)
        self.files += len(sifted.unchanged)

    def check(self) -> PresenceCheck:
        """Return the job of confirming them all."""
        unchanged = (one for sifted in self.sifted for one in sifted.unchanged)
        return PresenceCheck(self.store, [(sha256, size) for _, _, size, sha256 in unchanged if sha256])

    def settled(self, lost: Sequence[bytes]) -> list[Sifted]:
        """Return the listings as they are now that it is known what was lost."""
        return [drop_lost(sifted, frozenset(lost)) for sifted in self.sifted] if lost else self.sifted
