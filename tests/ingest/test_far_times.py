"""Files from the far future or past are added like any other, on both databases."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.services.file_facts import FileFacts
from tests.command_line import CommandInProcess

SECONDS = (2**34, 253_402_300_800, 99_999_999_999_999, -99_999_999_999_999)
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system that holds far times, where this machine has one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


def test_they_are_added_and_the_second_time_unchanged(dam: CommandInProcess, folder: Path) -> None:
    files = []
    for number, seconds in enumerate(SECONDS):
        files.append(folder / f"file{number}")
        files[-1].write_text(f"{number}")
        os.utime(files[-1], (seconds, seconds))
    assert dam("setup-db").exit_code == 0
    for status in ("new", "unchanged"):
        added = dam("add-asset", "--json", *files)
        assert added.exit_code == 0, added.stderr
        assert [one["status"] for one in added.json] == [status] * len(files)


def test_their_times_fit_into_64_bits(folder: Path) -> None:
    file = folder / "file"
    for seconds in SECONDS:
        file.touch()
        os.utime(file, (seconds, seconds))
        facts = FileFacts.of(file.stat())
        assert abs(facts.mtime_ns) < 2**63
        assert abs(facts.ctime_ns) < 2**63
