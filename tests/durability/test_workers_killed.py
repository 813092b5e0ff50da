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


@pytest.fixture
def library(tree: KillStudy, tmp_path: Path) -> Iterator[ScratchLibrary]:
    made = tree.before.copy_to(tmp_path / "library")
    yield made
    kill_all(made)


def assert_unimpressed(study: KillStudy, library: ScratchLibrary, add: RunningAdd) -> None:
    result = add.finish()
    assert result.exit_code == study.exit_code, result
    assert "Traceback" not in result.stderr, result
    assert len(result.json) == study.files
    assert broken_laws(library.settings(), add.said) == []
    assert leftovers(library.settings()) == []
    assert canonical_dump(library.settings()) == study.expected
    assert wait_until_none_is_left(library) == []


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(3, 40))]
)
def test_killed_workers_cost_nothing(tree: KillStudy, library: ScratchLibrary, seed: int) -> None:
    chance = random.Random(seed)
    sources = tree_state(tree.sources)
    add = tree.start(library)
    add.wait_until(add.workers)
    begun = time.monotonic()
    for due in sorted(chance.uniform(0, tree.seconds) for _ in range(WORKER_KILLS)):
        add.wait_until(lambda: time.monotonic() - begun >= due and add.workers())
        for worker in chance.sample(workers, 1) if (workers := add.workers()) else []:
            kill_process(worker, library)
    assert_unimpressed(tree, library, add)
    assert tree_state(tree.sources) == sources
