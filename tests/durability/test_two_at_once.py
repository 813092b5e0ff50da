"""Two processes add the same tree at the same time, on both databases: as if one had done it."""

import os
import shutil
from pathlib import Path

import pytest

from dam.core.config import load_settings
from tests.command_line import CommandProcess
from tests.durability.canonical_dump import canonical_dump
from tests.durability.invariants import acknowledgements, broken_laws, leftovers
from tests.durability.scratch_library import empty_library, write_tree

FILES = 40


@pytest.mark.parametrize(
    ("attempt", "workers"),
    [(1, "0"), (2, "0"), (3, "1"), *(pytest.param(n, "0", marks=pytest.mark.deep) for n in range(4, 24))],
)
def test_two_processes_add_the_same_tree_at_once(
    dam_process: CommandProcess, tmp_path: Path, session_folder: Path, attempt: int, workers: str
) -> None:
    write_tree(tmp_path / "sources", FILES)
    parts = sorted((tmp_path / "sources").iterdir())
    assert dam_process("setup-db").exit_code == 0

    # In opposite orders, so that what one needs first the other holds last.
    command = ("add-asset", "--json", "-r")
    env = {"DAM_WORKERS": workers}
    started = [
        dam_process.start(*command, *parts, env=env),
        dam_process.start(*command, *reversed(parts), env=env),
    ]
    results = [dam_process.finish(process) for process in started]

    assert [result.exit_code for result in results] == [0, 0], results
    said = [line for result in results for line in acknowledgements(result.stdout)]
    assert [len(result.json) for result in results] == [FILES, FILES]
    assert {line["status"] for line in said} <= {"new", "duplicate", "unchanged"}

    settings = load_settings()
    contents = {line["sha256"] for line in said}
    assert len({line["entity"] for line in said}) == len(contents), "one entity per content"
    assert sum(line["status"] == "new" for line in said) == len(contents), "each was new once"
    assert broken_laws(settings, said) == []
    assert leftovers(settings) == []

    alone = empty_library(tmp_path / "alone", session_folder)
    alone.add_here(parts)
    dump, expected = canonical_dump(settings), canonical_dump(alone.settings())
    for content in contents:
        expected[content]["StoredCopy"] = dump[content]["StoredCopy"]  # Another store, another UUID.
    assert dump == expected


def test_many_processes_add_one_file_at_once(dam_process: CommandProcess, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "note.txt").write_bytes(b"the same for all")
    shutil.copy(tmp_path / "sources" / "note.txt", tmp_path / "sources" / "again.txt")
    assert dam_process("setup-db").exit_code == 0
    files = sorted((tmp_path / "sources").iterdir())
    started = [dam_process.start("add-asset", "--json", *files, env={"DAM_WORKERS": "0"}) for _ in range(6)]
    results = [dam_process.finish(process) for process in started]
    assert [result.exit_code for result in results] == [0] * 6, results
    said = [line for result in results for line in result.json]
    assert len({line["entity"] for line in said}) == 1
    assert sorted(os.path.basename(line["path"]) for line in said if line["status"] == "duplicate") in (
        ["again.txt"],
        ["note.txt"],
    )
    assert broken_laws(load_settings(), said) == []
