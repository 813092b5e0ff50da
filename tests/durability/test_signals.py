"""A longer add is interrupted, terminated or killed: what was said stays, nothing is left, it goes on."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durability.canonical_dump import Dump, canonical_dump
from tests.durability.invariants import acknowledgements, broken_laws, leftovers
from tests.durability.running_add import processes_of, wait_until_none_is_left
from tests.durability.scratch_library import PROGRAM, ScratchLibrary, empty_library, write_tree

FILES = 700
"""More than two groups."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    write_tree(folder, FILES, pictures=30)
    return folder


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, session_folder: Path, sources: Path) -> Dump:
    undisturbed = empty_library(tmp_path_factory.mktemp("undisturbed") / "library", session_folder)
    undisturbed.add_here([sources])
    return canonical_dump(undisturbed.settings())


@pytest.fixture
def library(tmp_path: Path, session_folder: Path) -> Iterator[ScratchLibrary]:
    made = empty_library(tmp_path / "library", session_folder)
    yield made
    for process in processes_of(made):
        os.kill(process, signal.SIGKILL)


def start_adding(
    library: ScratchLibrary, sources: Path, workers: int
) -> tuple[subprocess.Popen[bytes], bytes]:
    """Start an add and return it together with its first acknowledgement."""
    process = subprocess.Popen(
        [PROGRAM, "add-asset", "--json", "-r", sources],
        env=library.environment(DAM_WORKERS=str(workers)),
        cwd=library.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


def finish(process: subprocess.Popen[bytes], first: bytes) -> tuple[str, str]:
    stdout, stderr = process.communicate(timeout=30)
    return os.fsdecode(first + stdout), os.fsdecode(stderr)


def assert_it_goes_on(library: ScratchLibrary, sources: Path, expected: Dump) -> None:
    library.add_here([sources])
    assert canonical_dump(library.settings()) == expected
    assert broken_laws(library.settings()) == []
    assert leftovers(library.settings()) == []


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("whole_group", [False, True], ids=["to the program", "as from a terminal"])
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_an_add_at_a_group_and_leaves_nothing_behind(
    number: signal.Signals,
    exit_code: int,
    whole_group: bool,
    workers: int,
    library: ScratchLibrary,
    sources: Path,
    expected: Dump,
) -> None:
    process, first = start_adding(library, sources, workers)
    if whole_group:
        os.killpg(process.pid, number)
    else:
        os.kill(process.pid, number)
    signalled = time.monotonic()
    stdout, stderr = finish(process, first)
    assert time.monotonic() - signalled < 10
    assert process.returncode == exit_code, stderr
    assert "Traceback" not in stderr
    assert "what was acknowledged is safe" in stderr
    acknowledged = acknowledgements(stdout)
    assert 0 < len(acknowledged) < FILES, "it was to be in the middle"
    assert broken_laws(library.settings(), acknowledged) == []
    assert leftovers(library.settings()) == []
    assert wait_until_none_is_left(library, seconds=5) == []
    assert_it_goes_on(library, sources, expected)


@pytest.mark.parametrize("workers", [0, 2])
def test_workers_do_not_outlive_a_killed_coordinator(
    workers: int, library: ScratchLibrary, sources: Path, expected: Dump
) -> None:
    process, first = start_adding(library, sources, workers)
    assert len(processes_of(library)) > workers
    process.kill()
    assert wait_until_none_is_left(library, seconds=5) == []
    stdout, _ = finish(process, first)
    assert broken_laws(library.settings(), acknowledgements(stdout)) == []
    assert_it_goes_on(library, sources, expected)


def test_a_second_signal_while_ending_does_no_harm(
    library: ScratchLibrary, sources: Path, expected: Dump
) -> None:
    process, first = start_adding(library, sources, workers=2)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    stdout, _ = finish(process, first)
    assert process.returncode == 130
    assert json.loads(first)["status"] == "new"
    assert broken_laws(library.settings(), acknowledgements(stdout)) == []
    assert wait_until_none_is_left(library, seconds=5) == []
    assert_it_goes_on(library, sources, expected)
