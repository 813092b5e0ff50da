"""The commands on real files made by others; runs only where DAM_TEST_CORPUS names the folder."""

import csv
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import counts, object_file, sha256

HOSTILE_SECONDS = 240
HOSTILE_MEMORY = 1 << 30
"""Bytes that the largest process may have in memory; its limit on address space is 3 GiB."""


@pytest.fixture
def manifest(corpus: Path) -> dict[str, str]:
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["path"]: row["sha256"] for row in csv.DictReader(lines, delimiter="\t")}


def peak_memory(process: subprocess.Popen[bytes]) -> int:
    """Return the most that the program or any of its workers has in memory until it ends, in bytes."""
    peak = 0
    while process.poll() is None:
        peak = max([peak, *_peaks(process.pid)])
        time.sleep(0.1)
    return peak


def _peaks(process_group: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == process_group:
                lines = (folder / "status").read_text().splitlines()
                yield from (int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
        except OSError:
            continue  # It has just ended.


def test_every_file_is_accounted_for_with_the_digest_that_the_manifest_says(
    library: CommandInProcess, program: CommandProcess, corpus: Path, manifest: dict[str, str]
) -> None:
    added = program("add-asset", "--json", "-r", corpus, env={"DAM_WORKERS": "2"}, timeout=500)
    assert added.exit_code == 0
    assert "Traceback" not in added.stderr
    digests = {os.path.relpath(one["path"], corpus): one["sha256"] for one in added.json}
    assert len(digests) == counts(added)["seen"] == sum(len(files) for _, _, files in os.walk(corpus))
    assert {path: digests[path] for path in manifest} == manifest
    assert counts(added)["skipped"] == counts(added)["failed"] == 0
    # Some of them are in archives as well, which may have been looked into before.
    assert counts(added)["new"] <= len(set(digests.values()))
    assert counts(added)["new"] + counts(added)["duplicate"] == len(digests)
    again = program("add-asset", "-r", corpus)
    assert again.exit_code == 0
    assert again.stdout == ""
    assert counts(again)["unchanged"] == counts(again)["seen"] == len(digests)
    assert program("run").stderr.startswith("0 entities visited")
    (status,) = library("status", "--json").json
    assert status["entities"] >= status["stored"] == len(set(digests.values()))
    assert all(system["pending"] == 0 for system in status["systems"])


@pytest.mark.parametrize("folder", ["bomb", "malformed"])
def test_hostile_files_take_bounded_time_and_memory_and_their_bytes_are_kept(
    library: CommandInProcess, program: CommandProcess, corpus: Path, folder: str
) -> None:
    process = program.start("add-asset", "--json", "-r", corpus / folder, env={"DAM_WORKERS": "2"})
    with ThreadPoolExecutor(1) as watcher:
        watching = watcher.submit(peak_memory, process)
        added = program.finish(process, timeout=HOSTILE_SECONDS)
        peak = watching.result()
    answers = added.json
    assert added.exit_code == 0
    assert "Traceback" not in added.stderr
    assert 0 < peak < HOSTILE_MEMORY, f"{peak >> 20} MiB"
    assert {one["status"] for one in answers} <= {"new", "duplicate"}
    for one in answers:
        assert sha256(object_file(one["sha256"]).read_bytes()) == one["sha256"]
    failures = library("status", "--failed", "--json").json
    assert failures
    assert all(failure["error"] for failure in failures)
