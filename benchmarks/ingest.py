"""What `dam-cli add-asset` costs, between the floor under any ingest and the peers.

Of every set of files: the floor does the bare library calls, the naive peer has the same outputs as dam, and
dedicated tools find duplicates and keep nothing. All run in turns, so that whatever else the machine does
slows all alike; the medians of the pairs' ratios count. Start-up is taken off where it says so: the cost of
a few files of the same kind, enough for every worker to start, so that what is left is that of the others.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import camera_set, other_files
from benchmarks.camera_set import SHAPES, make_pictures
from benchmarks.database_size import count_rows, database_bytes
from benchmarks.figure import Figure
from benchmarks.other_files import make_mixture
from benchmarks.paired import Rounds, after_start, in_turns, median, ratio
from benchmarks.peers import PEERS
from benchmarks.program import BenchLibrary, add_to_new, few_files_of
from benchmarks.table import Table
from benchmarks.usage import Usage, usage_of
from benchmarks.workshop import CORES, Workshop

WALL_TARGET = 1.25
NAIVE_TARGET = 3.5
MEMORY_TARGET = 400.0

_FLOOR, _OURS, _NAIVE = "floor", "dam", "naive peer"
_START = " (few files)"
_FEW = 16
"""Files of which every worker gets some."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""For scripts that start a process for each core: threads on top of these only get in each other's way."""


@dataclass(frozen=True)
class FileSet:
    """A set of files, how many of them there are, and what is promised of adding them."""

    name: str
    count: int
    quick: int
    has_promise: bool = False

    def folder(self, workshop: Workshop) -> Path:
        count = workshop.scaled(self.count, self.quick)
        if self.name not in SHAPES:
            maker = partial(make_mixture, count=count)
            return workshop.kept(f"{self.name} {count}", maker, Path(other_files.__file__))
        pictures = partial(make_pictures, shape=SHAPES[self.name], count=count)
        return workshop.kept(f"{self.name} {count}", pictures, Path(camera_set.__file__))


SETS = (
    FileSet("0.3 MP JPEG", 1000, 40),
    FileSet("3 MP JPEG", 300, 20, has_promise=True),
    FileSet("12 MP JPEG", 100, 8, has_promise=True),
    FileSet("0.8 MP PNG", 100, 8),
    FileSet("3 MP WebP", 100, 8),
    FileSet("mixed files", 2000, 100),
)


def run(workshop: Workshop) -> Iterator[Figure | Table]:
    absent = [peer.name for peer in PEERS if not peer.installed(workshop.folder)]
    for name in absent:
        print(f"  {name} is left out: not installed (see benchmarks/peers.py)")
    for file_set in SETS:
        if file_set.name.startswith(workshop.only):
            yield from _measured(workshop, file_set)


def _measured(workshop: Workshop, file_set: FileSet) -> Iterator[Figure | Table]:
    source = file_set.folder(workshop)
    few = few_files_of(workshop.new(f"few of {file_set.name}"), source, workshop.scaled(_FEW, 4))
    libraries: list[BenchLibrary] = []
    programs = _programs(workshop, source, few, libraries, pictures=file_set.name in SHAPES)
    # Memory is sampled in a round of its own, which warms the caches; its times count only in a hurry.
    first = {name: [program(memory=True)] for name, program in programs.items()}
    peaks = {name: usage.peak_pss for name, [usage] in first.items()}
    rounds = first if workshop.quick else in_turns(programs, workshop.repetitions)
    count, size = _extent(source)
    yield _table(file_set, rounds, peaks, count, size)
    yield from _figures(file_set, rounds, peaks)
    yield from _library_figures(file_set, rounds, libraries[-1].database, count)


def _programs(
    workshop: Workshop, source: Path, few: Path, libraries: list[BenchLibrary], *, pictures: bool
) -> dict[str, Callable[..., Usage]]:
    def ours(files: Path, *, memory: bool = False) -> Usage:
        usage, library = add_to_new(workshop.new("library"), files, memory=memory)
        if files == source:
            libraries.append(library)
        return usage

    def script(name: str, files: Path, *, memory: bool = False) -> Usage:
        command = (sys.executable, "-m", f"benchmarks.{name}", files, workshop.new(name), str(CORES))
        return usage_of(*command, settings=_ONE_THREAD, memory=memory)

    programs: dict[str, Callable[..., Usage]] = {}
    for suffix, files in (("", source), (_START, few)):
        programs[_FLOOR + suffix] = partial(script, "floor", files)
        programs[_OURS + suffix] = partial(ours, files)
        programs[_NAIVE + suffix] = partial(script, "naive_ingest", files)
    for peer in PEERS:
        if peer.installed(workshop.folder) and (pictures or not peer.only_pictures):
            programs[peer.name] = partial(peer.usage, workshop, source)
            programs[peer.name + _START] = partial(peer.usage, workshop, few)
    return programs


def _table(file_set: FileSet, rounds: Rounds, peaks: Mapping[str, int], count: int, size: int) -> Table:
    rows: list[list[str | float]] = []
    for name, usages in rounds.items():
        wall, cpu = median(usages, "wall"), median(usages, "cpu")
        if name.endswith(_START):
            rows.append([name, wall, "", "", cpu * 1000, peaks[name] / 1e6])
        else:
            rows.append([name, wall, count / wall, size / wall / 1e6, cpu / count * 1000, peaks[name] / 1e6])
    title = f"{file_set.name}, {count} files, {size / count / 1000:.0f} kB each"
    return Table(title, ("program", "s", "files/s", "MB/s", "CPU ms/file", "peak PSS MB"), rows)


def _figures(file_set: FileSet, rounds: Rounds, peaks: Mapping[str, int]) -> Iterator[Figure]:
    promised = file_set.has_promise
    after = {
        name: after_start(rounds[name], rounds[name + _START]) for name in rounds if name + _START in rounds
    }
    yield Figure(
        f"{file_set.name}: wall of dam after start-up",
        ratio(after[_OURS], after[_FLOOR], "wall"),
        "x floor",
        at_most=WALL_TARGET if promised else None,
    )
    yield Figure(
        f"{file_set.name}: wall of dam, whole", ratio(rounds[_OURS], rounds[_FLOOR], "wall"), "x floor"
    )
    yield Figure(
        f"{file_set.name}: CPU of dam after start-up", ratio(after[_OURS], after[_FLOOR], "cpu"), "x floor"
    )
    yield Figure(
        f"{file_set.name}: CPU of the naive peer after start-up",
        ratio(after[_NAIVE], after[_OURS], "cpu"),
        "x dam",
        at_least=NAIVE_TARGET if promised else None,
    )
    if "czkawka" in rounds:
        yield Figure(
            f"{file_set.name}: CPU of dam after start-up",
            ratio(after[_OURS], after["czkawka"], "cpu"),
            "x czkawka",
            at_most=1.0 if file_set.name == "3 MP JPEG" else None,
        )
    yield Figure(f"{file_set.name}: peak memory", peaks[_OURS] / 1e6, "MB of PSS", at_most=MEMORY_TARGET)


def _library_figures(file_set: FileSet, rounds: Rounds, database: Path, count: int) -> Iterator[Figure]:
    wall = median(rounds[_OURS], "wall")
    yield Figure(f"{file_set.name}: rows written", count_rows(database) / wall, "rows/s")
    yield Figure(f"{file_set.name}: database", database_bytes(database) / count, "bytes/asset")


def _extent(source: Path) -> tuple[int, int]:
    sizes = [path.stat().st_size for path in source.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)
