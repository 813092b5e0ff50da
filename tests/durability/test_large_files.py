"""A file of a gigabyte goes in and out in little memory."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command_line import Result
from tests.durability.invariants import object_path
from tests.durability.scratch_library import PROGRAM, ScratchLibrary

GIBIBYTE = 1 << 30
MOST_ABOVE_IDLE = 150 << 10  # KiB

# From a process as small as can be: what a program is started from counts into its peak, too.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def peak_of(library: ScratchLibrary, arguments: Sequence[str | Path], workers: int) -> tuple[Result, int]:
    """Run a command; return its result and the most KiB that it, or one of its workers, held at a time."""
    command = [sys.executable, "-S", "-c", MEASURE, PROGRAM, *arguments]
    result = library.run(command, DAM_WORKERS=str(workers))
    assert result.exit_code == 0, result
    return result, int(result.stderr.splitlines()[-1])


def write_large_file(path: Path) -> None:
    """Write a gibibyte that takes little room itself: something every 16 MiB, nothing in between."""
    with path.open("wb") as file:
        for position in range(0, GIBIBYTE, 16 << 20):
            file.seek(position)
            file.write(b"at %d" % position)
        file.truncate(GIBIBYTE)


@pytest.mark.parametrize("workers", [pytest.param(0, marks=pytest.mark.deep), 1])
def test_a_gibibyte_is_added_and_read_back_in_little_memory(
    library: ScratchLibrary, tmp_path: Path, workers: int
) -> None:
    tiny, large, back = tmp_path / "tiny", tmp_path / "large", tmp_path / "back"
    tiny.write_bytes(b"tiny")
    write_large_file(large)

    _, idle = peak_of(library, ["add-asset", "--json", tiny], workers)
    added, peak = peak_of(library, ["add-asset", "--json", large], workers)
    assert peak - idle < MOST_ABOVE_IDLE, f"{peak} KiB, {idle} KiB for a tiny file"
    with large.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    (line,) = added.json
    assert (line["status"], line["sha256"]) == ("new", sha256)
    assert object_path(library.store, sha256).stat().st_size == GIBIBYTE

    _, peak = peak_of(library, ["get", sha256, "-o", back], workers)
    assert peak - idle < MOST_ABOVE_IDLE, f"{peak} KiB, {idle} KiB for a tiny file"
    with back.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == sha256
    for path in (large, back, object_path(library.store, sha256)):
        path.unlink()  # The disk is everybody's.


@pytest.mark.deep
def test_a_gibibyte_in_place_is_registered_and_read_back_in_little_memory(
    library: ScratchLibrary, tmp_path: Path
) -> None:
    tiny, large, back = tmp_path / "tiny", tmp_path / "large", tmp_path / "back"
    tiny.write_bytes(b"tiny")
    write_large_file(large)
    _, idle = peak_of(library, ["add-asset", "--json", "--no-copy", tiny], 0)
    added, peak = peak_of(library, ["add-asset", "--json", "--no-copy", large], 0)
    assert peak - idle < MOST_ABOVE_IDLE, f"{peak} KiB, {idle} KiB for a tiny file"
    _, peak = peak_of(library, ["get", added.json[0]["sha256"], "-o", back], 0)
    assert peak - idle < MOST_ABOVE_IDLE, f"{peak} KiB, {idle} KiB for a tiny file"
    back.unlink()
