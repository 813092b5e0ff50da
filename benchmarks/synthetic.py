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
from dam.core.job import Unwatched
from dam.core.visit import Result
from dam.ingest.folders import Folders
from dam.ingest.record import Recorder
from dam.ingest.take import Reading, Take, first_visit
from dam.library import Library
from dam.models.directory import Folder, Root
from dam.services.digests import Digests
from dam.services.file_facts import FileFacts
from dam.services.sources import HeldSource

GROUP = 256
"""Assets recorded in one transaction while that is measured."""

_PER_FOLDER = 500
_LARGE = 1 << 31


@dataclass(frozen=True)
class Cost:
    """What recording took, an asset; seconds."""

    cpu: float
    wall: float


class SyntheticAssets:
    """Records made-up assets that resemble one real file."""

    def __init__(self, library: Library, sample: Path, seed: int) -> None:
        self._database = library.database
        self._random = random.Random(seed)
        self._suffix = os.fsencode(sample.suffix)
        # The store's row is known to the library alone.
        self._recorder = Recorder(library.registry, library._store_row().id, _SyntheticFolders())
        self._sample = _read(library, sample)

    def record(self, first: int, count: int, group: int = GROUP) -> Cost:
        """Record assets number `first` and following; making them up is not measured."""
        cpu = wall = 0.0
        for start in range(first, first + count, group):
            readings = [self._reading(n) for n in range(start, min(start + group, first + count))]
            results = {r.digests.sha256: r.result for r in readings if r.result is not None}
            cpu_before, wall_before = time.process_time(), time.perf_counter()
            self._write(readings, results)
            cpu += time.process_time() - cpu_before
            wall += time.perf_counter() - wall_before
        return Cost(cpu / count, wall / count)

    def _write(self, readings: list[Reading], results: Mapping[bytes, Result]) -> None:
        self._database.retrying(
            lambda session: self._recorder.record(session, readings, results, copied=True)
        )

    def _reading(self, number: int) -> Reading:
        source = self._random
        path = b"/synthetic/%06d/DSC%08d%s" % (number // _PER_FOLDER, number, self._suffix)
        digests = Digests(source.randbytes(32), source.randbytes(16), source.randrange(1000, 5_000_000))
        moment = time.time_ns() - source.randrange(10**17)
        facts = FileFacts(digests.size, moment, moment, source.randrange(1 << 32), 1)
        result = self._varied_result()
        return replace(
            self._sample,
            number=number,
            path=path,
            facts=facts,
            digests=digests,
            seen=utc_now(),
            result=result,
        )

    def _varied_result(self) -> Result | None:
        result = self._sample.result
        if result is None:
            return None
        products = {
            component: [{name: self._varied(value) for name, value in row.items()} for row in rows]
            for component, rows in result.products.items()
        }
        return replace(result, products=products)

    def _varied(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return self._random.randbytes(len(value))
        if isinstance(value, int) and abs(value) >= _LARGE:
            return self._random.getrandbits(64)
        return value


class _SyntheticFolders(Folders):
    """Places folders that are not there."""

    def of(self, directory: bytes) -> Folder:
        return Folder(Root("synthetic", "0", b"/"), directory.strip(b"/"))


def open_library(library: BenchLibrary) -> Library:
    """Open a library in this process."""
    return Library.open(
        Settings(
            database_url=library.settings["DATABASE_URL"],
            store=library.settings["DAM_STORE"],
            workers=0,
        )
    )


def _read(library: Library, sample: Path) -> Reading:
    """Read and visit a file as the ingest does."""
    path, store = os.fsencode(sample), library.store
    reading = Take(number=0, path=path, size=sample.stat().st_size, named=False).run(Unwatched())
    if not isinstance(reading, Reading):
        raise OSError(f"cannot read {sample}: {reading.reason}")
    task = first_visit(path, library.registry.systems, store, HeldSource(sample.read_bytes()))
    return replace(reading, result=task.run(Unwatched()))
