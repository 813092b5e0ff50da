"""Assets that never were: recorded by the project's own code, from made-up readings.

What systems answer is taken from one real file; where they answered with digests and other large
numbers, each asset gets random ones. This is the only module here that knows how ingest records.
"""

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.program import BenchLibrary
from dam.core.columns import utc_now
from dam.core.config import Settings
from dam.core.visit import Result, Task, visit
from dam.ingest.added import Reading
from dam.ingest.discovery import Candidate
from dam.ingest.record import Recorder
from dam.ingest.walk import FoundKind
from dam.library import Library
from dam.models.directory import Folder, Root
from dam.services.digests import Digests
from dam.services.file_facts import FileFacts
from dam.services.source_file import digest_file
from dam.services.sources import InPlaceSource

GROUP = 256
"""Assets recorded in one transaction while that is measured."""

_PER_FOLDER = 500
_LARGE = 1 << 31
_ROOT = Root("synthetic", "0", b"/synthetic")


@dataclass(frozen=True)
class Cost:
    """What recording took, an asset; seconds."""

    cpu: float
    wall: float


class SyntheticAssets:
    """Records made-up assets that resemble one real file."""

    def __init__(self, library: Library, sample: Path, seed: int) -> None:
        self._library = library
        self._random = random.Random(seed)
        self._suffix = os.fsencode(sample.suffix)
        # The store's row is known to the library alone.
        self._recorder = Recorder(library.registry, library._store_row().id)
        self._template = self._visit(sample)

    def record(self, first: int, count: int, group: int = GROUP) -> Cost:
        """Record assets number `first` and following; making them up is not measured."""
        cpu = wall = 0.0
        for start in range(first, first + count, group):
            numbers = range(start, min(start + group, first + count))
            readings = {number: self._reading(number) for number in numbers}
            results = {r.digests.sha256: self._result(n) for n, r in readings.items()}
            cpu_before, wall_before = time.process_time(), time.perf_counter()
            self._write(readings, results)
            cpu += time.process_time() - cpu_before
            wall += time.perf_counter() - wall_before
        return Cost(cpu / count, wall / count)

    def _write(self, readings: Mapping[int, Reading], results: Mapping[bytes, Result]) -> None:
        self._library.database.retrying(
            lambda session: self._recorder.record(session, readings, results, copied=True)
        )

    def _visit(self, sample: Path) -> Result:
        digests = digest_file(os.fsencode(sample))
        reading = self._reading(0, digests)
        task = Task(
            entity_id=0,
            systems=self._library.registry.systems,
            rows=self._recorder.first_rows([reading]),
            source=InPlaceSource(os.fsencode(sample), digests.sha256, digests.size),
            derived=self._library.store,
        )
        return visit(task)

    def _reading(self, number: int, digests: Digests | None = None) -> Reading:
        source = self._random
        folder = Folder(_ROOT, b"photos/%06d" % (number // _PER_FOLDER))
        path = b"/synthetic/%s/DSC%08d%s" % (folder.path, number, self._suffix)
        size, now = source.randrange(1000, 5_000_000), utc_now()
        moment = time.time_ns() - source.randrange(10**17)
        made_up = digests or Digests(source.randbytes(32), source.randbytes(16), size)
        facts = FileFacts(made_up.size, moment, moment, source.randrange(1 << 32), 1)
        return Reading(Candidate(path, FoundKind.FILE), facts, made_up, None, folder, now)

    def _result(self, number: int) -> Result:
        products = {
            component: [{name: self._varied(value) for name, value in row.items()} for row in rows]
            for component, rows in self._template.products.items()
        }
        return replace(self._template, entity_id=number, products=products)

    def _varied(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return self._random.randbytes(len(value))
        if isinstance(value, int) and abs(value) >= _LARGE:
            return self._random.getrandbits(64)
        return value


def open_library(library: BenchLibrary) -> Library:
    """Open a library in this process."""
    return Library.open(
        Settings(
            database_url=library.settings["DATABASE_URL"],
            store=library.settings["DAM_STORE"],
            workers=0,
        )
    )
