"""Small files that need no decoding: what is left is copying, hashing, syncing and recording."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import other_files
from benchmarks.figure import Figure
from benchmarks.other_files import make_blocks
from benchmarks.paired import after_start, in_turns, median, ratio
from benchmarks.program import add_to_new, few_files_of
from benchmarks.usage import Usage, usage_of
from benchmarks.workshop import Workshop

FILES = 10_000
RATE_TARGET = 1500.0
RATIO_TARGET = 2.0


def run(workshop: Workshop) -> Iterator[Figure]:
    count = workshop.scaled(FILES, 1000)
    source = workshop.kept(
        f"4 kB blocks {count}", partial(make_blocks, count=count), Path(other_files.__file__)
    )
    single = few_files_of(workshop.new("one block"), source)

    def ours(files: Path) -> Usage:
        return add_to_new(workshop.new("library"), files)[0]

    def loop(files: Path) -> Usage:
        return usage_of(sys.executable, "-m", "benchmarks.bare_loop", files, workshop.new("loop"))

    programs = {
        "dam": partial(ours, source),
        "loop": partial(loop, source),
        "dam's start": partial(ours, single),
        "loop's start": partial(loop, single),
    }
    rounds = in_turns(programs, workshop.repetitions)
    dam = after_start(rounds["dam"], rounds["dam's start"])
    bare = after_start(rounds["loop"], rounds["loop's start"])
    yield Figure("small files, after start-up", count / median(dam, "wall"), "files/s", at_least=RATE_TARGET)
    yield Figure("small files, whole", count / median(rounds["dam"], "wall"), "files/s")
    yield Figure("small files, a bare loop", count / median(bare, "wall"), "files/s")
    yield Figure(
        "small files: wall after start-up", ratio(dam, bare, "wall"), "x a bare loop", at_most=RATIO_TARGET
    )
    yield Figure("small files: wall, whole", ratio(rounds["dam"], rounds["loop"], "wall"), "x a bare loop")
    yield Figure("small files: CPU", median(dam, "cpu") / count * 1000, "ms/file")
    yield Figure("small files: CPU of the coordinator", median(dam, "own_cpu") / count * 1000, "ms/file")
