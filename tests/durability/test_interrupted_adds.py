"""An add of many large pictures is interrupted while its workers are busy: it ends soon, and goes on."""

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Result
from tests.durability.canonical_dump import canonical_dump
from tests.durability.invariants import broken_laws, leftovers, tree_state
from tests.durability.kill_study import KillStudy
from tests.durability.running_add import RunningAdd, kill_all, wait_until_none_is_left
from tests.durability.scratch_library import ScratchLibrary

SOON = 20.0
"""Seconds: a run needs two to drain, and a busy machine may be ten times slower than an idle one."""
SAFE = "what was acknowledged is safe; the same command goes on from there"
MANY_RUNS = 20
STOPPING = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def library(pictures_study: KillStudy, tmp_path: Path) -> Iterator[ScratchLibrary]:
    made = pictures_study.before.copy_to(tmp_path / "library")
    yield made
    kill_all(made)


def end_by(add: RunningAdd, *numbers: signal.Signals, whole_group: bool = False) -> Result:
    """Send signals, and see that the program and all it started end soon."""
    since = time.monotonic()
    for number in numbers:
        add.signal(number, whole_group=whole_group)
        time.sleep(0.05 if len(numbers) > 1 else 0)
    result = add.finish()
    assert wait_until_none_is_left(add.library) == []
    assert time.monotonic() - since < SOON
    assert "Traceback" not in result.stderr, result.stderr
    assert broken_laws(add.library.settings(), add.said) == []
    return result


def assert_says_where_it_stands(result: Result) -> None:
    (seen,) = re.findall(r"^(\d+) seen: (.*)$", result.stderr, re.MULTILINE)
    told = Counter(line["status"] for line in result.json)
    assert int(seen[0]) == told.total()
    assert f"{told['new']} new, {told['duplicate']} duplicate" in seen[1]


def assert_it_goes_on(study: KillStudy, library: ScratchLibrary, *before: Result) -> None:
    """Run it again by the same command: nothing is new twice, and nothing is left over."""
    add = study.start(library)
    result = add.finish()
    assert result.exit_code == study.exit_code, result.stderr
    assert len(result.json) == study.files
    known = {line["path"] for one in before for line in one.json}
    statuses = {line["path"]: line["status"] for line in result.json}
    assert {statuses[path] for path in known} <= {"unchanged"}
    assert canonical_dump(library.settings()) == study.expected
    assert broken_laws(library.settings(), add.said) == []
    assert leftovers(library.settings()) == []


def has_staged(add: RunningAdd) -> bool:
    """Tell whether its workers have begun; what it gives them at a time is a small part of the whole."""
    return any((add.library.store / "tmp").glob("*/*"))


@pytest.mark.parametrize("whole_group", [False, True], ids=["to the program", "as from a terminal"])
@pytest.mark.parametrize(("number", "exit_code"), STOPPING)
def test_an_interrupted_add_ends_soon_and_says_where_it_stands(
    pictures_study: KillStudy,
    library: ScratchLibrary,
    number: signal.Signals,
    exit_code: int,
    whole_group: bool,
) -> None:
    sources = tree_state(pictures_study.sources)
    add = pictures_study.start(library)
    assert add.wait_until(lambda: has_staged(add))
    result = end_by(add, number, whole_group=whole_group)
    assert result.exit_code == exit_code
    assert len(result.json) < pictures_study.files, "it was to be in the middle"
    assert_says_where_it_stands(result)
    assert SAFE in result.stderr
    assert leftovers(library.settings()) == []
    assert_it_goes_on(pictures_study, library, result)
    assert tree_state(pictures_study.sources) == sources


def test_what_was_acknowledged_before_an_interrupt_is_not_done_again(
    pictures_study: KillStudy, library: ScratchLibrary
) -> None:
    add = pictures_study.start(library)
    assert add.wait_until(lambda: add.lines)
    before = add.said
    result = end_by(add, signal.SIGINT)
    assert result.exit_code == 130
    assert result.json[: len(before)] == before != []
    assert_it_goes_on(pictures_study, library, result)


@pytest.mark.parametrize("times", [2, pytest.param(3, marks=pytest.mark.deep)])
def test_insisting_ends_it_at_once_and_does_no_harm(
    pictures_study: KillStudy, library: ScratchLibrary, times: int
) -> None:
    add = pictures_study.start(library)
    assert add.wait_until(lambda: has_staged(add))
    result = end_by(add, *[signal.SIGINT] * times)
    assert result.exit_code == 130
    assert SAFE in result.stderr
    assert_it_goes_on(pictures_study, library, result)


def test_a_terminal_that_closes_costs_nothing_either(
    pictures_study: KillStudy, library: ScratchLibrary
) -> None:
    add = pictures_study.start(library)
    assert add.wait_until(lambda: add.lines)
    result = end_by(add, signal.SIGHUP, whole_group=True)
    assert result.exit_code == -signal.SIGHUP
    assert_it_goes_on(pictures_study, library, result)


@pytest.mark.parametrize(("number", "exit_code"), STOPPING)
def test_an_add_that_waits_for_its_list_can_be_interrupted(
    pictures_study: KillStudy, library: ScratchLibrary, number: signal.Signals, exit_code: int
) -> None:
    paths = sorted(pictures_study.sources.iterdir())[:3]
    add = RunningAdd(library, "--from-file", "-", "-0", stdin=subprocess.PIPE)
    assert add.process.stdin is not None
    with add.process.stdin as stdin:
        stdin.write(b"".join(os.fsencode(path) + b"\0" for path in paths) + b"/no end of it")
        stdin.flush()
        assert add.wait_until(lambda: add.lines == len(paths)), "whoever waits acknowledges meanwhile"
        result = end_by(add, number)
    assert result.exit_code == exit_code
    assert {line["path"] for line in result.json} == {str(path) for path in paths}
    assert_says_where_it_stands(result)
    assert leftovers(library.settings()) == []
    assert_it_goes_on(pictures_study, library, result)


def test_what_a_time_limit_leaves_over_is_done_by_the_next_runs(
    pictures_study: KillStudy, library: ScratchLibrary
) -> None:
    runs: list[Result] = []
    while not runs or "the time limit is reached" in runs[-1].stderr:
        runs.append(pictures_study.start(library, "--time-limit", "1s").finish())
        assert runs[-1].exit_code == 0, runs[-1]
        assert_says_where_it_stands(runs[-1])
        assert leftovers(library.settings()) == []
        if len(runs) == MANY_RUNS:
            break  # The machine is so busy that starting takes all the time.
    news = [line["sha256"] for run in runs for line in run.json if line["status"] == "new"]
    assert len(news) == len(set(news)), "nothing is new twice"
    assert_it_goes_on(pictures_study, library, *runs)


def test_a_time_limit_ends_the_waiting_for_a_list(pictures_study: KillStudy, library: ScratchLibrary) -> None:
    add = RunningAdd(library, "--from-file", "-", "--time-limit", "2s", stdin=subprocess.PIPE)
    assert add.process.stdin is not None
    with add.process.stdin as stdin:
        stdin.write(os.fsencode(pictures_study.sources / "picture-00.jpg") + b"\n")
        stdin.flush()
        result = add.finish()
    assert result.exit_code == 0, result
    assert "the time limit is reached" in result.stderr
    assert_says_where_it_stands(result)
    assert broken_laws(library.settings(), add.said) == []
    assert leftovers(library.settings()) == []


def test_the_next_add_sweeps_what_a_killed_one_had_staged(
    pictures_study: KillStudy, library: ScratchLibrary
) -> None:
    add = pictures_study.start(library)
    assert add.wait_until(lambda: has_staged(add))
    # The workers are not told: they notice that they are alone.
    result = end_by(add, signal.SIGKILL)
    assert result.exit_code == -signal.SIGKILL
    assert leftovers(library.settings()) != []
    assert_it_goes_on(pictures_study, library, result)
