"""Taking one file in, inside a worker: read it once, copy and hash it, and visit it while it is at hand."""

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from dam.core.columns import utc_now
from dam.core.content import DerivedStore, Source
from dam.core.job import Watch
from dam.core.path_text import show_path
from dam.core.recognition import FileExtensionComponent, extension_of
from dam.core.system import System
from dam.core.visit import Result, Rows, Task, visit
from dam.errors import DamError, SourceError
from dam.ingest.add_status import AddStatus
from dam.services.digests import Digests, digest_chunks
from dam.services.file_facts import FileFacts
from dam.services.file_storage import Staged, Store
from dam.services.os_errors import why
from dam.services.recent_contents import RECENT
from dam.services.source_file import NotRegular, SourceFile, read_settled
from dam.services.sources import MOST_IN_MEMORY, HeldSource, OpenSource

READ = "reading the file"
VISITED_AT_ONCE = 1 << 16
"""Bytes up to which a file is visited before it is known whether the library has it: asking costs more."""
KEPT = 8 << 20
"""Bytes up to which a larger file stays with the worker that has read it until it is known to be new.

Beyond, a file that is registered in place is visited at once as well: few of this size are decoded.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file that was read to its end."""

    number: int
    """Its place among the files of this run."""
    path: bytes
    named: bool
    facts: FileFacts
    digests: Digests
    staged: Staged | None
    """Where its bytes wait in the store; None if they are registered in place."""
    seen: datetime
    """The moment before it was opened."""
    result: Result | None = None
    """What its first visit found; None if it has not been visited yet."""
    worker: int = 0
    """The worker that may still have the bytes."""

    @property
    def name(self) -> bytes:
        """Return the last part of the path."""
        return os.path.basename(self.path)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that could not be read."""

    status: AddStatus
    reason: str


@dataclass(frozen=True)
class Take:
    """The job of reading one file."""

    number: int
    path: bytes
    size: int
    named: bool
    systems: tuple[System[..., Any], ...] = ()
    """The systems of a first visit; none if there is to be no visit."""
    derived: DerivedStore | None = None
    store: Store | None = None
    """Where the bytes are copied to; None if they are registered in place."""
    follow: bool = False
    """Whether a symbolic link at the path stands for the file it points to."""
    poison: Container[bytes] = ()
    """The digests of contents that are not visited before it was looked up what is known of them."""
    barred: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Give the path."""
        return show_path(self.path)

    @property
    def cost(self) -> int:
        """Give the size that the walk saw."""
        return self.size

    def without(self, step: str, reason: str) -> Self:
        """Return the job with one more step barred."""
        return replace(self, barred={**self.barred, step: reason})

    def run(self, watch: Watch) -> Reading | Refused:
        """Read the file. Raises StoreError and NoSpace: then the store is at fault."""
        if READ in self.barred:
            return Refused(AddStatus.FAILED, self.barred[READ])
        seen = utc_now()
        try:
            path = os.path.realpath(self.path) if self.follow else self.path
            return read_settled(path, lambda file: self._read(file, seen, watch))[1]
        except NotRegular as error:
            return Refused(AddStatus.SKIPPED, _reason(error))
        except (SourceError, OSError) as error:
            return Refused(AddStatus.FAILED, _reason(error))

    def _read(self, file: SourceFile, seen: datetime, watch: Watch) -> Reading:
        """Read an open file, and visit it or keep its bytes for a visit."""
        watch.step(READ)
        size = file.facts.size
        chunks: Iterable[bytes] = _told(file.chunks(), watch)
        held: list[bytes] | None = None
        if size <= (KEPT if self.store else MOST_IN_MEMORY) and self.systems:
            held = []
            chunks = _held(chunks, held)
        staged = self.store.stage(chunks) if self.store else None
        digests = staged.digests if staged else digest_chunks(chunks)
        reading = Reading(self.number, self.path, self.named, file.facts, digests, staged, seen)
        if not self.systems or digests.sha256 in self.poison:
            return reading
        if size <= VISITED_AT_ONCE or (size > KEPT and not self.store):
            return replace(reading, result=self._visit(file, held, watch))
        if held is None:
            return reading
        RECENT.keep(digests.sha256, held)
        return replace(reading, worker=watch.worker)

    def _visit(self, file: SourceFile, held: list[bytes] | None, watch: Watch) -> Result:
        """Visit the bytes that were hashed: those held, or else those of the file.

        Raises SourceChanged: what was made of a file that has changed cannot be trusted.
        """
        source = OpenSource(file) if held is None else HeldSource(b"".join(held))
        result = visit(first_visit(self.path, self.systems, self.derived, source, self.barred), watch)
        if held is None:
            file.check_unchanged()
        return result


def first_visit(
    path: bytes,
    systems: tuple[System[..., Any], ...],
    derived: DerivedStore | None,
    source: Source,
    barred: Mapping[str, str] | None = None,
) -> Task:
    """Return the task of visiting a content that is probably new, first seen at `path`."""
    name = show_path(path)
    return Task(0, systems, first_rows(path), source=source, derived=derived, barred=barred or {}, name=name)


def first_rows(path: bytes) -> Rows:
    """Return what is known, before any system runs, of a content first seen at `path`."""
    return {FileExtensionComponent: [{"extension": extension_of(os.path.basename(path))}]}


def _told(chunks: Iterator[bytes], watch: Watch) -> Iterator[bytes]:
    """Pass chunks on: a large file may take long as long as it gets on."""
    for chunk in chunks:
        watch.alive()
        yield chunk


def _held(chunks: Iterable[bytes], held: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        held.append(chunk)
        yield chunk


def _reason(error: DamError | OSError) -> str:
    # The message names the path, as does the line it is shown on.
    return error.message.rpartition(": ")[2] if isinstance(error, DamError) else why(error)
