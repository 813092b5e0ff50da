"""Finding duplicates in libraries of made-up hashes: at most how long, in how much memory, and how many.

A tenth of the pictures is like some other one. `--only '10 M'` asks for ten million pictures.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.hashed_library import MADE_BY, fill
from benchmarks.program import BenchLibrary
from benchmarks.synthetic import open_library
from benchmarks.workshop import Workshop

SIZES = {"100 k": 100_000, "1 M": 1_000_000, "10 M": 10_000_000}
QUICK = 20_000
LIKES = 0.1
SECONDS = {100_000: 60.0, 1_000_000: 1200.0}
MEMORY = 2e9


def run(workshop: Workshop) -> Iterator[Figure]:
    chosen = [workshop.only] if workshop.only else ["100 k", "1 M"]
    for size in [QUICK] if workshop.quick else [SIZES[name] for name in chosen]:
        filled = workshop.kept(f"library of {size} likes", partial(_fill, count=size), *MADE_BY)
        library = BenchLibrary(filled / "library")
        answer = workshop.new("groups.json")
        used = library.find_duplicates("--json", output=answer, memory=True)
        name = f"find-duplicates among {size:,}"
        yield Figure(f"{name}: wall", used.wall, "s", SECONDS.get(size))
        yield Figure(f"{name}: CPU", used.cpu, "s")
        yield Figure(f"{name}: memory", used.peak_pss / 1e6, "MB", MEMORY / 1e6)
        *_, last = answer.open()
        found = json.loads(last)["summary"]
        yield Figure(f"{name}: groups", found["groups"], "groups")
        recall = found["sampled_recall"]
        share = 1.0 if recall is None else recall["found"] / recall["of"]
        yield Figure(f"{name}: pairs found, of those comparing each with each finds", share, "x")


def _fill(folder: Path, count: int) -> None:
    library = BenchLibrary.create(folder / "library")
    with open_library(library) as opened:
        fill(opened, count, likes=LIKES)
