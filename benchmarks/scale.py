"""Whether an asset costs the same whether the library has a thousand others or a million.

Libraries of each size are filled with made-up assets and kept; each measurement works on a copy. What
is measured is recording, by the project's own code, and adding small files with the program.
"""

import shutil
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import dam
from benchmarks import other_files, synthetic
from benchmarks.camera_set import SHAPES, make_pictures
from benchmarks.database_size import database_bytes, parts
from benchmarks.figure import Figure
from benchmarks.other_files import make_blocks
from benchmarks.program import BenchLibrary, few_files_of
from benchmarks.synthetic import GROUP, SyntheticAssets, open_library
from benchmarks.table import Table
from benchmarks.workshop import Workshop

SIZES = (1000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (300, 1000, 3000)
BASE = 10_000
"""The size of library that the cost in larger ones is compared with."""
FILES = 2000
RATIO_TARGET = 1.3
SMALL_TARGET, LARGE_TARGET = 0.15, 0.3
"""CPU in ms of recording an asset, into the smallest and into the largest library."""
BYTES_TARGET = 1200.0

_MIGRATIONS = Path(dam.__file__).parent / "migrations" / "versions"
_AT_ONCE = 5000
"""Assets recorded in one transaction while a library is being filled, which is not measured."""


@dataclass(frozen=True)
class Measured:
    """The costs of one asset more: seconds of recording, and of a run of the program after start-up."""

    record_cpu: float
    record_wall: float
    add_cpu: float
    add_own_cpu: float
    add_wall: float

    def value(self, field: str) -> float:
        """Return one of the fields by name."""
        return float(getattr(self, field))


def run(workshop: Workshop) -> Iterator[Figure | Table]:
    sizes = QUICK_SIZES if workshop.quick else SIZES
    count = workshop.scaled(FILES, 300)
    blocks = workshop.kept(
        f"4 kB blocks {count}", partial(make_blocks, count=count), Path(other_files.__file__)
    )
    single = few_files_of(workshop.new("one block"), blocks)
    filled = _filled(workshop, sizes, next(blocks.rglob("*.dat")), "files")
    measured: dict[int, list[Measured]] = {size: [] for size in sizes}
    for number in range(workshop.repetitions):
        for size in sizes if number % 2 == 0 else reversed(sizes):
            measured[size].append(_measure(workshop, filled[size], size, blocks, single, count))
    yield _table(measured)
    yield from _figures(measured)
    yield from _database_size(workshop, workshop.scaled(100_000, 2000))


def _filled(workshop: Workshop, sizes: tuple[int, ...], sample: Path, kind: str) -> dict[int, Path]:
    """Return libraries of these many assets like the sample, each made from the one before."""
    found: dict[int, Path] = {}
    for before, size in pairwise((0, *sizes)):
        fill = partial(_fill, smaller=found.get(before), before=before, size=size, sample=sample)
        found[size] = workshop.kept(f"library of {size} {kind}", fill, _MIGRATIONS, Path(synthetic.__file__))
    return found


def _fill(folder: Path, smaller: Path | None, before: int, size: int, sample: Path) -> None:
    if smaller is None:
        library = BenchLibrary.create(folder / "library")
    else:
        shutil.copytree(smaller, folder, dirs_exist_ok=True)
        library = BenchLibrary(folder / "library")
    with open_library(library) as opened:
        SyntheticAssets(opened, sample, seed=size).record(before, size - before, _AT_ONCE)


def _measure(workshop: Workshop, filled: Path, size: int, blocks: Path, single: Path, count: int) -> Measured:
    folder = workshop.new(f"copy of {size}")
    shutil.copytree(filled, folder)
    library = BenchLibrary(folder / "library")
    with open_library(library) as opened:
        assets = SyntheticAssets(opened, next(blocks.rglob("*.dat")), seed=size + 1)
        # Reads the inner pages of the indices, which any long run has in its cache.
        assets.record(size, max(GROUP, count // 4))
        record = assets.record(size + count, count)
    start = library.add(single)
    added = library.add(blocks).after(start)
    # The copy is large and is not needed again.
    library.database.unlink()
    return Measured(record.cpu, record.wall, added.cpu / count, added.own_cpu / count, added.wall / count)


def _table(measured: Mapping[int, list[Measured]]) -> Table:
    columns = ("assets before", "recording CPU", "recording wall", "adding CPU", "coordinator", "adding wall")
    fields = ("record_cpu", "record_wall", "add_cpu", "add_own_cpu", "add_wall")
    rows: list[list[str | float]] = [
        [f"{size:,}", *(_median(found, field) * 1000 for field in fields)] for size, found in measured.items()
    ]
    return Table("One asset more, in ms", columns, rows)


def _figures(measured: Mapping[int, list[Measured]]) -> Iterator[Figure]:
    smallest, largest = min(measured), max(measured)
    base = BASE if BASE in measured else smallest
    for size, target in ((smallest, SMALL_TARGET), (largest, LARGE_TARGET)):
        cpu = _median(measured[size], "record_cpu") * 1000
        yield Figure(f"recording an asset among {size:,}", cpu, "ms of CPU", target)
    for what, field in (("wall", "add_wall"), ("CPU", "add_cpu")):
        ratios = [
            large.value(field) / small.value(field)
            for large, small in zip(measured[largest], measured[base], strict=True)
        ]
        name = f"adding a file among {largest:,}: {what}"
        yield Figure(name, statistics.median(ratios), f"x among {base:,}", RATIO_TARGET)


def _database_size(workshop: Workshop, count: int) -> Iterator[Figure | Table]:
    folder = workshop.new("one picture")
    make_pictures(folder, SHAPES["0.3 MP JPEG"], 1)
    filled = _filled(workshop, (count,), next(folder.rglob("*.jpg")), "images")[count]
    database = filled / "library" / "dam.db"
    rows = [(part.name, part.size / count, part.rows or "") for part in parts(database) if part.size > count]
    yield Table(f"A database of {count:,} images", ("table or index", "bytes/asset", "rows"), rows)
    yield Figure(
        f"database of {count:,} images", database_bytes(database) / count, "bytes/asset", BYTES_TARGET
    )


def _median(measured: list[Measured], field: str) -> float:
    return statistics.median(one.value(field) for one in measured)
