"""Adding a tree again of which every file is known, beside `find` looking at the same tree."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dam
from benchmarks import other_files
from benchmarks.figure import Figure
from benchmarks.ingest import MEMORY_TARGET
from benchmarks.other_files import make_tiny
from benchmarks.paired import after_start, in_turns, median, ratio
from benchmarks.program import BenchLibrary, few_files_of
from benchmarks.usage import usage_of
from benchmarks.workshop import Workshop

FILES = 100_000
PER_FOLDER = 100
TARGET = 4.0


def run(workshop: Workshop) -> Iterator[Figure]:
    count = workshop.scaled(FILES, 2000)
    tree = workshop.kept(f"tiny {count}", partial(_make_tree, count=count), Path(other_files.__file__))
    folder = workshop.kept(
        f"library of tiny {count}", partial(_make_library, tree=tree), Path(dam.__file__).parent
    )
    library = BenchLibrary(folder / "library")
    find = ("find", tree / "files", "-type", "f", "-printf", r"%s %T@ %i\n")
    programs = {
        "dam": partial(library.add, tree / "files"),
        "start": partial(library.add, tree / "one"),
        "find": partial(usage_of, *find),
    }
    peak = library.add(tree / "files", memory=True).peak_pss
    in_turns(programs, 1)
    rounds = in_turns(programs, max(workshop.repetitions, 3))
    again = after_start(rounds["dam"], rounds["start"])
    yield Figure(
        "unchanged: wall after start-up", ratio(again, rounds["find"], "wall"), "x find", at_most=TARGET
    )
    yield Figure("unchanged: CPU after start-up", ratio(again, rounds["find"], "cpu"), "x find")
    yield Figure("unchanged: wall after start-up", median(again, "wall") / count * 1e6, "us/file")
    yield Figure("unchanged: wall of find", median(rounds["find"], "wall") / count * 1e6, "us/file")
    yield Figure("unchanged: peak memory", peak / 1e6, "MB of PSS", at_most=MEMORY_TARGET)
    yield Figure("unchanged: start-up", median(rounds["start"], "wall"), "s")


def _make_tree(folder: Path, count: int) -> None:
    make_tiny(folder / "files", count, PER_FOLDER)
    few_files_of(folder / "one", folder / "files")


def _make_library(folder: Path, tree: Path) -> None:
    library = BenchLibrary.create(folder / "library")
    library.add(tree / "files")
    library.add(tree / "one")
