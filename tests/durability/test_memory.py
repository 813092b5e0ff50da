"""Memory is constant in the number of files: four times as many cost no more, whatever is done with them."""

import gc
import itertools
import os
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from dam.ingest.options import AddOptions
from dam.library import Library
from tests.durability.scratch_library import ScratchLibrary

FEW, MANY = 400, 1600
TOGETHER = 32
SMALLER = {
    "ingest.known._BATCH_FILES": TOGETHER,
    "ingest.intake._OUTCOMES": TOGETHER,
    "ingest.dry_run._AT_ONCE": TOGETHER,
    "ingest.group._FILES": TOGETHER,
    "scan.scope._PLACES_AT_ONCE": TOGETHER,
    "scan.scan.GROUP_PLACES": TOGETHER,
    "scan.moves._AT_ONCE": TOGETHER,
    "scan.scan._AT_ONCE": TOGETHER,
    "services.temporary_database._PAGE": TOGETHER,
}
"""So many files are worked on together, instead of up to thousands: then few files are many already."""
MOST_A_FILE = 60
"""Bytes. A digest that is kept for each file costs more, a path several times as much."""
MOST_A_COPY = 250
"""The store remembers each of the 65,792 folders it has, and until then most files need a new one."""


FORETELLING = AddOptions(recursive=True, dry_run=True)
IN_PLACE = AddOptions(recursive=True, copy=False)
COPYING = AddOptions(recursive=True)


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """A tree of few files and one of many, each file with bytes of its own."""
    numbers = itertools.count()
    return write_tree(tmp_path / "few", FEW, numbers), write_tree(tmp_path / "many", MANY, numbers)


def write_tree(folder: Path, files: int, numbers: Iterator[int]) -> Path:
    for number in range(files):
        place = folder / f"part {number // 50}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"a file with a name that is rather long {number}.txt").write_bytes(b"%d" % next(numbers))
    return folder


class Held:
    """The most memory that is held between two answers; what only waits for being collected is not held."""

    def __init__(self) -> None:
        self.most = 0

    def look(self) -> None:
        gc.collect()
        self.most = max(self.most, tracemalloc.get_traced_memory()[0])


def add(library: Library, tree: Path, options: AddOptions, held: Held) -> int:
    """Add a tree as the command does, keeping nothing; return how many files that was."""
    count = 0
    for group in library.add_in_groups([os.fsencode(tree)], options):
        count += len(group)
        held.look()
    return count


def scan(library: Library, tree: Path, expected: str, held: Held) -> int:
    count = 0
    for number, place in enumerate(library.scan([os.fsencode(tree)])):
        count += place.status == expected
        if number % TOGETHER == 0:
            held.look()
    return count


def held_by(step: Callable[[Held], int], files: int) -> int:
    """Return the most memory, in bytes, that a step over so many files holds."""
    held = Held()
    gc.collect()
    tracemalloc.start()
    try:
        assert step(held) == files
    finally:
        tracemalloc.stop()
    return held.most


def grows_a_file(step: Callable[[Path, Held], int], few: Path, many: Path) -> float:
    """Return by how many bytes the memory that a step holds grows with each file."""
    held = [held_by(partial(step, tree), files) for tree, files in ((few, FEW), (many, MANY))]
    return (held[1] - held[0]) / (MANY - FEW)


@pytest.fixture
def opened(library: ScratchLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """The library, when it has loaded and compiled whatever it needs for each of these steps."""
    for constant, value in SMALLER.items():
        monkeypatch.setattr(f"dam.{constant}", value)
    with Library.open(library.settings()) as opened:
        warm = write_tree(tmp_path / "warm", 100, itertools.count(1_000_000))
        for options in (FORETELLING, IN_PLACE, COPYING):
            assert add(opened, warm, options, Held()) == 100
        for part in list(warm.iterdir()):
            part.rename(part.with_name(f"new {part.name}"))
        assert scan(opened, warm, "moved", Held()) == 100
        # So that looking for garbage among what is new stays cheap.
        gc.collect()
        gc.freeze()
        yield opened
        gc.unfreeze()


def test_it_is_for_adding_for_adding_again_for_dry_runs_and_for_a_scan_that_finds_all_in_place(
    opened: Library, trees: tuple[Path, Path]
) -> None:
    grown = {
        "dry run": grows_a_file(lambda *what: add(opened, what[0], FORETELLING, what[1]), *trees),
        "new in place": grows_a_file(lambda *what: add(opened, what[0], IN_PLACE, what[1]), *trees),
        "new": grows_a_file(lambda *what: add(opened, what[0], COPYING, what[1]), *trees),
        "unchanged": grows_a_file(lambda *what: add(opened, what[0], COPYING, what[1]), *trees),
        "dry run again": grows_a_file(lambda *what: add(opened, what[0], FORETELLING, what[1]), *trees),
        "scan": grows_a_file(lambda *what: scan(opened, what[0], "present", what[1]), *trees),
    }
    assert grown.pop("new") < MOST_A_COPY
    assert {step: size for step, size in grown.items() if size > MOST_A_FILE} == {}


def test_it_is_for_a_scan_that_finds_nothing_where_it_was(opened: Library, trees: tuple[Path, Path]) -> None:
    for tree in trees:
        add(opened, tree, IN_PLACE, Held())
        for part in list(tree.iterdir()):
            part.rename(part.with_name(f"new {part.name}"))
    grown = {"moved": grows_a_file(lambda *what: scan(opened, what[0], "moved", what[1]), *trees)}
    for file in [file for tree in trees for file in tree.rglob("*.txt")]:
        file.write_bytes(b"other " + file.read_bytes())
    grown["changed"] = grows_a_file(lambda *what: scan(opened, what[0], "changed", what[1]), *trees)
    for tree in trees:
        add(opened, tree, IN_PLACE, Held())
        for file in list(tree.rglob("*.txt")):
            file.unlink()
    grown["missing"] = grows_a_file(lambda *what: scan(opened, what[0], "missing", what[1]), *trees)
    assert {step: size for step, size in grown.items() if size > MOST_A_FILE} == {}
