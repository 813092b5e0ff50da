"""The shared data folder of a real machine: tens of thousands of files, all of them accounted for."""

import json
import os
import re
import stat
from collections import Counter
from pathlib import Path

import pytest

from tests.durability.invariants import broken_laws, leftovers
from tests.durability.running_add import PATIENCE, RunningAdd
from tests.durability.scratch_library import ScratchLibrary

SHARED = Path("/usr/share")
MOST_BYTES = 4 << 30
MOST_FILES = 200_000
FILES_AT_LEAST = 1000


def kinds_below(top: Path) -> tuple[Counter[str], int]:
    """Count what is there, as `find` does: regular files and others; and the bytes of the files."""
    kinds: Counter[str] = Counter()
    size = 0
    for _, folders, names, descriptor in os.fwalk(top):
        for name in (*folders, *names):
            status = os.lstat(name, dir_fd=descriptor)
            if stat.S_ISREG(status.st_mode):
                kinds["file"] += 1
                size += status.st_size
            elif not stat.S_ISDIR(status.st_mode):
                kinds["other"] += 1
    return kinds, size


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_every_file_of_the_shared_data_folder_is_accounted_for(library: ScratchLibrary) -> None:
    if not SHARED.is_dir():
        pytest.skip(f"there is no {SHARED}")
    kinds, size = kinds_below(SHARED)
    if kinds["file"] < FILES_AT_LEAST or kinds["file"] > MOST_FILES or size > MOST_BYTES:
        pytest.skip(f"{SHARED} has {kinds['file']} files of {size} bytes")

    for expected in ({"new", "duplicate"}, {"unchanged"}):
        add = RunningAdd(library, "-r", "--no-ignore", "--no-copy", SHARED)
        add.process.wait(PATIENCE * 20)
        result = add.finish()
        lines = [json.loads(line) for line in result.stdout.split("\n")[:-1]]
        told = Counter(line["status"] for line in lines)
        failed = [line for line in lines if line["status"] == "failed"]
        # A folder that may not be read is one failure; as the superuser there is none.
        assert result.exit_code == (3 if failed else 0), (result.stderr, failed)
        assert len({line["path"] for line in lines}) == len(lines), "each is told once"
        taken = sum(told[status] for status in ("new", "duplicate", "unchanged", "failed"))
        assert (taken, told["skipped"]) == (kinds["file"], kinds["other"])
        assert {line["status"] for line in lines} - {"skipped", "failed"} <= expected
        (seen,) = re.findall(r"^(\d+) seen:", result.stderr, re.MULTILINE)
        assert int(seen) == kinds.total()
        assert broken_laws(library.settings()) == []
        assert leftovers(library.settings()) == []
