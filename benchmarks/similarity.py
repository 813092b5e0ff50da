"""Searching by likeness among a million pictures, beside brute force, faiss and a BK-tree.

Libraries have made-up hashes, which are packed by the project's own code. `--only '10 M'` asks for ten
million. The peers are those of `python -m benchmarks.peers`.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select

from benchmarks import search_peers
from benchmarks.figure import Figure
from benchmarks.hashed_library import FINGERPRINTS, MADE_BY, Hashes, fill, random_hashes, skewed_hashes
from benchmarks.paired import in_turns
from benchmarks.peers import peers_python
from benchmarks.picture_hashes import phash_like_hashes
from benchmarks.program import BenchLibrary
from benchmarks.query_picture import make_query
from benchmarks.synthetic import open_library
from benchmarks.table import Table
from benchmarks.workshop import Workshop
from dam.core.component import Fingerprint
from dam.library import Library
from dam.models.fingerprint_page import FingerprintPage
from dam.search.multi_index import MultiIndex
from dam.search.packed_index import PackedIndex
from dam.search.packing import pack
from dam.search.words import pack as pack_words

SIZES = {"1 M": 1_000_000, "10 M": 10_000_000}
QUICK = 70_000
ONE_SHOT_TARGET = {1_000_000: 25.0, 10_000_000: 250.0}
RESIDENT_TARGET = {4: 0.1, 10: 1.5}
BYTES_TARGET = {64: 20.0, 256: 44.0}
UPKEEP_TARGET = 5.0
PAIRS_TARGET = {100_000: 0.5, 1_000_000: 8.0}
PAIRS_MEMORY = 300e6
LINEAR_TARGET = 20.0
PROMISED = ("random", "pHash-like")
"""An aHash is so skewed that it has too many pairs for anybody: nothing is promised of it."""


def run(workshop: Workshop) -> Iterator[Figure | Table]:
    size = QUICK if workshop.quick else SIZES[workshop.only or "1 M"]
    filled = workshop.kept(f"library of {size} hashes", partial(_fill, count=size), *MADE_BY)
    library = BenchLibrary(filled / "library")
    yield from _one_shot(workshop, library, size)
    with open_library(library) as opened:
        yield from _packed(opened, workshop.repetitions)
        yield from _pages(opened)
    kinds = {"random": random_hashes, "pHash-like": phash_like_hashes, "aHash-like": skewed_hashes}
    for kind, make in kinds.items():
        hashes = make(size, 1)
        yield from _resident(workshop, hashes, kind)
        yield from _all_pairs(workshop, make, kind)
    yield from _identical(min(size, SIZES["1 M"]))


def _fill(folder: Path, count: int) -> None:
    library = BenchLibrary.create(folder / "library")
    with open_library(library) as opened:
        fill(opened, count)


def _one_shot(workshop: Workshop, library: BenchLibrary, size: int) -> Iterator[Figure]:
    empty = BenchLibrary.create(workshop.new("empty library"))
    with open_library(empty) as opened:
        query = make_query(workshop, opened)
    for name, options in (("", ()), (" with --pdq-threshold", ("--pdq-threshold", "80"))):
        programs = {
            "empty": partial(empty.find_similar, query, *options),
            "full": partial(library.find_similar, query, *options),
        }
        # The difference is small beside the start of two processes, so that many rounds are needed.
        rounds = in_turns(programs, workshop.repetitions * 4)
        for what, field in (("CPU", "own_cpu"), ("wall", "wall")):
            apart = [
                full.value(field) - none.value(field)
                for full, none in zip(rounds["full"], rounds["empty"], strict=True)
            ]
            target = ONE_SHOT_TARGET.get(size) if what == "CPU" and not options else None
            yield Figure(
                f"one-shot among {size:,}{name}, beyond empty: {what}",
                statistics.median(apart) * 1000, "ms", target,
            )  # fmt: skip


def _packed(library: Library, repetitions: int) -> Iterator[Table]:
    rows: list[list[str | float]] = []
    for fingerprint, radii in ((FINGERPRINTS[0], (4, 10, 64)), (FINGERPRINTS[3], (31, 80, 256))):
        query = pack_words(
            [os.urandom(32) if fingerprint.bits == 256 else 0x0123456789ABCDEF], fingerprint.bits
        )
        taken = [_milliseconds(partial(_search, library, fingerprint, query, r), repetitions) for r in radii]
        rows.append([f"{fingerprint.__tablename__}, radii {radii}", *taken])
    yield Table("A scan of the packed pages, in ms", ("table", "near", "farther", "everything"), rows)


def _search(library: Library, fingerprint: type[Fingerprint], query: Any, radius: int) -> None:
    with library.database.read() as session:
        PackedIndex(session, fingerprint).within(query, radius)


def _pages(library: Library) -> Iterator[Figure]:
    page = FingerprintPage
    for fingerprint in FINGERPRINTS:
        of_it = page.fingerprint == fingerprint.__tablename__
        with library.database.read() as session:
            total = func.sum(func.length(page.entities) + func.length(page.values))
            size, count = session.execute(select(total, func.sum(page.count)).where(of_it)).one()
            last = session.scalar(select(func.max(page.upto)).where(of_it))
        target = BYTES_TARGET[fingerprint.bits]
        yield Figure(f"pages of {fingerprint.__tablename__}", size / count, "bytes/asset", target)
        # The last page is made again as if its rows had just come.
        with library.database.write() as session:
            fresh = session.scalar(select(page.count).where(of_it, page.upto == last))
            session.execute(delete(page).where(of_it, page.upto == last))
        before = time.process_time()
        pack(library.database, [fingerprint])
        taken = (time.process_time() - before) / (fresh or 1) * 1e6
        name = f"packing {fresh:,} more of {fingerprint.__tablename__}"
        yield Figure(name, taken, "us of CPU/hash", UPKEEP_TARGET)


def _resident(workshop: Workshop, hashes: Hashes, kind: str) -> Iterator[Figure | Table]:
    index = MultiIndex(hashes.reshape(1, -1))
    radii = (4, 10)
    stride = max(1, len(hashes) // search_peers.QUERIES)
    queries = [np.array([one ^ np.uint64(0b101)]) for one in hashes[::stride][: search_peers.QUERIES]]
    ours = {
        radius: statistics.median(_milliseconds(partial(index.within, query, radius), 3) for query in queries)
        for radius in radii
    }
    columns = ("program", *(f"r = {radius}" for radius in radii))
    rows: list[list[str | float]] = [["resident multi-index", *ours.values()]]
    for name, found in _ask_peers(workshop, hashes, radii).items():
        rows.append([name, *found.values()])
    yield Table(f"A query among {len(hashes):,} {kind} hashes, in ms", columns, rows)
    for radius, taken in ours.items():
        target = RESIDENT_TARGET[radius] if kind in PROMISED else None
        yield Figure(f"resident, {len(hashes):,} {kind}, r = {radius}", taken, "ms", target)


def _ask_peers(workshop: Workshop, hashes: Hashes, radii: tuple[int, ...]) -> dict[str, dict[str, float]]:
    python = peers_python(workshop.folder)
    program = python if python.exists() else Path(sys.executable)
    file = _saved(workshop, hashes)
    found: dict[str, dict[str, float]] = _answer(program, search_peers.__file__, file, *map(str, radii))
    return found


def _all_pairs(workshop: Workshop, make: Callable[[int, int], Hashes], kind: str) -> Iterator[Figure]:
    for count in (QUICK,) if workshop.quick else PAIRS_TARGET:
        file = _saved(workshop, make(count, 2))
        found = _answer(Path(sys.executable), "-m", "benchmarks.all_pairs_run", file, "4")
        target = PAIRS_TARGET.get(count) if kind in PROMISED else None
        name = f"all pairs r = 4 of {count:,} {kind}"
        yield Figure(f"{name}: {found['pairs']:,} pairs, CPU", found["cpu"], "s", target)
        memory = PAIRS_MEMORY / 1e6 if kind in PROMISED else None
        yield Figure(f"{name}: memory", found["peak"] / 1e6, "MB", memory)


def _identical(count: int) -> Iterator[Figure]:
    taken = []
    for size in (count // 10, count):
        hashes = np.full(size, 0x0123456789ABCDEF, dtype=np.uint64)
        start = time.process_time()
        index = MultiIndex(hashes.reshape(1, -1))
        places, _ = index.within(hashes[:1], 4)
        assert len(places) == size
        taken.append(time.process_time() - start)
    name = f"{count:,} identical hashes: put in order and found"
    yield Figure(name, taken[1] / max(taken[0], 1e-4), "x a tenth of them", LINEAR_TARGET)


def _saved(workshop: Workshop, hashes: Hashes) -> Path:
    file = workshop.new("hashes.npy")
    np.save(file, hashes)
    return file.with_suffix(".npy")


def _answer(program: Path, *arguments: str | Path) -> Any:
    done = subprocess.run([program, *arguments], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _milliseconds(work: Callable[[], object], repetitions: int) -> float:
    taken = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000
