"""Adds of overlapping trees at the same time, each with workers, on both databases: as if one had done it."""

import re
from collections import Counter
from pathlib import Path

import pytest

from dam.core.config import load_settings
from tests.command_line import CommandProcess, Result
from tests.durability.canonical_dump import Dump, canonical_dump
from tests.durability.invariants import broken_laws, leftovers, tree_state
from tests.durability.scratch_library import empty_library, write_tree

FILES = 120
ATTEMPTS = [1, 2, *(pytest.param(n, marks=pytest.mark.deep) for n in range(3, 13))]
ENV = {"DAM_WORKERS": "2"}


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    """Four folders, whose files share contents across them too."""
    write_tree(tmp_path / "sources", FILES)
    for part in (tmp_path / "sources").iterdir():
        # The same bytes under several extensions: whoever is later has to have them recognised again.
        for number, name in enumerate(("a.txt", "b.csv", f"{part.name}.py", f"{part.name}.jpg")):
            (part / name).write_bytes(b"shared %d" % (number // 2))
    return sorted((tmp_path / "sources").iterdir())


def assert_accounted(result: Result, files: int) -> None:
    """Every file is told once, and the sum at the end is the sum of what was told."""
    assert result.exit_code == 0, result
    told = Counter(line["status"] for line in result.json)
    assert told.total() == files
    assert len({line["path"] for line in result.json}) == files
    assert set(told) <= {"new", "duplicate", "unchanged"}, result
    (seen,) = re.findall(r"^(\d+) seen: (.*)$", result.stderr, re.MULTILINE)
    assert int(seen[0]) == files
    said = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", seen[1])}
    assert {word: number for word, number in said.items() if number} == told


def count_files(folders: list[Path]) -> int:
    return sum(1 for folder in folders for path in folder.rglob("*") if path.is_file())


def without_store(dump: Dump) -> Dump:
    """Leave out by which UUID a store is known."""
    return {
        content: {**rows, "StoredCopy": ["stored"]} if "StoredCopy" in rows else rows
        for content, rows in dump.items()
    }


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_two_adds_of_overlapping_trees_end_as_one(
    dam_process: CommandProcess, tmp_path: Path, session_folder: Path, parts: list[Path], attempt: int
) -> None:
    assert dam_process("setup-db").exit_code == 0
    sources = tree_state(parts[0].parent)
    shares = [[parts[0], parts[1], parts[2]], [parts[3], parts[2], parts[1]]]
    started = [dam_process.start("add-asset", "--json", "-r", *share, env=ENV) for share in shares]
    results = [dam_process.finish(process) for process in started]

    for result, share in zip(results, shares, strict=True):
        assert_accounted(result, count_files(share))
    said = [line for result in results for line in result.json]
    contents = {line["sha256"] for line in said}
    assert sum(line["status"] == "new" for line in said) == len(contents), "each content was new once"
    settings = load_settings()
    assert broken_laws(settings, said) == []
    assert leftovers(settings) == []

    alone = empty_library(tmp_path / "alone", session_folder)
    alone.add_here(parts)
    assert without_store(canonical_dump(settings)) == without_store(canonical_dump(alone.settings()))
    assert tree_state(parts[0].parent) == sources


@pytest.mark.parametrize("attempt", ATTEMPTS[1:])
def test_three_adds_at_once_of_which_one_copies_nothing(
    dam_process: CommandProcess, tmp_path: Path, session_folder: Path, parts: list[Path], attempt: int
) -> None:
    assert dam_process("setup-db").exit_code == 0
    shares = [[parts[0], parts[1]], [parts[1], parts[0]], [parts[2], parts[3]]]
    options = [[], [], ["--no-copy"]]
    started = [
        dam_process.start("add-asset", "--json", "-r", *more, *share, env=ENV)
        for share, more in zip(shares, options, strict=True)
    ]
    results = [dam_process.finish(process) for process in started]

    for result, share in zip(results, shares, strict=True):
        assert_accounted(result, count_files(share))
    settings = load_settings()
    assert broken_laws(settings, [line for result in results[:2] for line in result.json]) == []
    assert leftovers(settings) == []

    alone = empty_library(tmp_path / "alone", session_folder)
    alone.add_here(parts[:2])
    in_place = alone.run([dam_process.program, "add-asset", "-r", "--no-copy", *parts[2:]])
    assert in_place.exit_code == 0, in_place
    assert without_store(canonical_dump(settings)) == without_store(canonical_dump(alone.settings()))
