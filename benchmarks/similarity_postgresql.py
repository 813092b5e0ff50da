"""Searching by likeness among a million pictures on PostgreSQL, on a throw-away server of its own."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.figure import Figure
from benchmarks.hashed_library import FINGERPRINTS, fill
from benchmarks.query_picture import make_query
from benchmarks.table import Table
from benchmarks.workshop import Workshop
from dam.core.component import Fingerprint
from dam.core.config import Settings
from dam.library import Library
from dam.library.set_up import set_up
from dam.search.packed_index import PackedIndex
from dam.search.words import Words
from tests.postgres_server import PrivateServer, find_programs

SIZES = {"1 M": 1_000_000, "10 M": 10_000_000}
QUICK = 70_000
TARGET = {1_000_000: 60.0}
RADII = (0, 4, 10, 31)


def run(workshop: Workshop) -> Iterator[Figure | Table]:
    """Fill a library with made-up hashes, and ask it by a file and by single hashes, all of it warm."""
    size = QUICK if workshop.quick else SIZES[workshop.only or "1 M"]
    server = PrivateServer(find_programs())
    server.start()
    try:
        settings = Settings(database_url=server.url, store=os.fspath(workshop.new("store")), workers=0)
        set_up(settings)
        with Library.open(settings) as library:
            fill(library, size)
            yield from _scans(library, size, workshop.repetitions * 3)
            yield from _whole(library, make_query(workshop, library), size, workshop.repetitions * 3)
    finally:
        server.stop()


def _scans(library: Library, size: int, repetitions: int) -> Iterator[Figure]:
    for radius in RADII:
        query = np.array([[0x0123456789ABCDEF]], dtype=np.uint64)
        taken = _median(partial(_search, library, FINGERPRINTS[0], query, radius), repetitions)
        yield Figure(f"PostgreSQL, {size:,}: one hash, r = {radius}", taken, "ms", TARGET.get(size))


def _search(library: Library, fingerprint: type[Fingerprint], query: Words, radius: int) -> None:
    with library.database.read() as session:
        PackedIndex(session, fingerprint).within(query, radius)


def _whole(library: Library, picture: Path, size: int, repetitions: int) -> Iterator[Figure]:
    taken = _median(partial(library.similar, os.fsencode(picture)), repetitions)
    yield Figure(f"PostgreSQL, {size:,}: all of a picture's hashes, decoding included", taken, "ms")


def _median(work: Callable[[], object], repetitions: int) -> float:
    work()
    taken = []
    for _ in range(repetitions):
        before = time.perf_counter()
        work()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken) * 1000
