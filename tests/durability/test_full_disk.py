"""The disk that holds the library is full: nothing acknowledged is lost, and room is all that is needed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.durability.canonical_dump import Dump, canonical_dump
from tests.durability.full_disk import FREE_KILOBYTES
from tests.durability.invariants import broken_laws
from tests.durability.scratch_library import PROGRAM, ScratchLibrary, write_tree
from tests.durability.system_call_trace import tracing
from tests.services.processes import PROJECT, own_mounts, strace


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    write_tree(tmp_path / "sources", 12, pictures=3)
    return tmp_path / "sources"


@pytest.fixture
def expected(library: ScratchLibrary, sources: Path) -> Dump:
    undisturbed = library.copy_to(library.folder.with_name("undisturbed"))
    undisturbed.add_here([sources])
    return canonical_dump(undisturbed.settings())


@pytest.fixture
def reports(library: ScratchLibrary, sources: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """What came of adding to a disk with ever more room."""
    mount = tmp_path / "mount"
    mount.mkdir()
    script = 'mount -t tmpfs -o size=32m tmpfs "$0" && exec "$@"'
    program: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.durability.full_disk",
        library.folder,
        sources,
        mount,
    ]
    done = subprocess.run(
        [*own_mounts(), "sh", "-c", script, mount, *program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_full_disk_loses_nothing_and_the_same_command_goes_on_when_there_is_room(
    reports: list[dict[str, Any]], expected: Dump
) -> None:
    assert [report["kilobytes"] for report in reports] == list(FREE_KILOBYTES)
    for report in reports:
        dump = report.pop("dump_again")
        assert report["broken"] == [], report
        assert report["leftovers"] == [], report
        assert report["sources_kept"], report
        assert report["exit_code_again"] == 0, report
        assert dump == expected, report
        assert "Traceback" not in report["stderr"], report
        assert report["acknowledged"] == (12 if report["exit_code"] == 0 else 0), report
        assert report["exit_code"] in exit_codes(report["kilobytes"]), report


def exit_codes(kilobytes: int) -> set[int]:
    """Return what an add may end in with so much room left, of which SQLite's index file wants 32 KiB."""
    return {6} if kilobytes < 1000 else {0}


@pytest.mark.parametrize(("fault", "exit_code"), [("ENOSPC", 6), ("EIO", 7)])
def test_a_worker_that_cannot_keep_a_preview_stops_the_group_and_blames_no_system(
    fault: str, exit_code: int, library: ScratchLibrary, sources: Path, expected: Dump
) -> None:
    log = library.folder / "strace.log"
    # Only what is derived is moved into place.
    options = tracing(log, "--seccomp-bpf", "-e", "trace=rename", "-e", f"inject=rename:error={fault}")
    command: list[str | Path] = [*strace()[:1], *options, PROGRAM, "add-asset", "--json", "-r", sources]
    result = library.run(command, DAM_WORKERS="2")
    assert (result.exit_code, result.stdout) == (exit_code, ""), result
    assert "cannot write to the store" in result.stderr
    assert broken_laws(library.settings()) == []
    library.add_here([sources])
    assert canonical_dump(library.settings()) == expected
