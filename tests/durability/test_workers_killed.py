"""Workers of an add are killed from outside, again and again: nothing shows that they were."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durability.canonical_dump import canonical_dump
from tests.durability.invariants import broken_laws, leftovers, tree_state
from tests.durability.kill_study import WORKER_KILLS, KillStudy
from tests.durability.running_add import RunningAdd, kill_all, kill_process, wait_until_none_is_left
from tests.durability.scratch_library import ScratchLibrary

PAUSES = 0.5, 2.0
"""Seconds between two kills over the corpus: no job meets as many as are taken for its own fault."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for one library."""
    yield tmp_path
    kill_all(ScratchLibrary(tmp_path / "library"))


def kill_one_worker(add: RunningAdd, chance: random.Random) -> None:
    if workers := add.workers():
        kill_process(chance.choice(workers), add.library)


def assert_nothing_shows(study: KillStudy, add: RunningAdd) -> None:
    settings = add.library.settings()
    result = add.finish()
    assert result.exit_code == study.exit_code, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    assert len(result.json) == study.files
    assert {line["status"] for line in result.json} <= {"new", "duplicate", "skipped"}
    assert wait_until_none_is_left(add.library) == []
    assert broken_laws(settings, add.said) == []
    assert leftovers(settings) == []
    assert canonical_dump(settings) == study.expected


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(3, 40))]
)
def test_killed_workers_cost_nothing(tree_study: KillStudy, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    sources = tree_state(tree_study.sources)
    moments = sorted(chance.uniform(0, tree_study.seconds) for _ in range(WORKER_KILLS))
    add = tree_study.start(tree_study.before.copy_to(folder / "library"))
    add.wait_until(add.workers)
    begun = time.monotonic()
    for moment in moments:
        add.wait_until(lambda moment=moment: time.monotonic() - begun >= moment)  # type: ignore[misc]
        kill_one_worker(add, chance)
    assert_nothing_shows(tree_study, add)
    assert tree_state(tree_study.sources) == sources


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(3))
def test_workers_are_killed_all_the_time(corpus_study: KillStudy, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    add = corpus_study.start(corpus_study.before.copy_to(folder / "library"))
    while add.is_running:
        due = time.monotonic() + chance.uniform(*PAUSES)
        add.wait_until(lambda due=due: time.monotonic() >= due)  # type: ignore[misc]
        kill_one_worker(add, chance)
    assert_nothing_shows(corpus_study, add)
