"""An add by two workers is killed at random moments, workers first, the program in the end.

Nothing acknowledged is lost, and adding again ends where an undisturbed run ends.
"""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.durability.canonical_dump import canonical_dump
from tests.durability.invariants import Acknowledgement, broken_laws, leftovers, tree_state
from tests.durability.kill_study import KillStudy, killed_run, wait_for_orphans
from tests.durability.scratch_library import ScratchLibrary

MOMENTS = 300
SHARES = 60
CORPUS_MOMENTS = 20


def shares(moments: int, shares: int, normal: int = 0) -> list[object]:
    """Return the seeds of all moments in shares, of which the first `normal` are not deep."""
    seeds = [tuple(range(share, moments, shares)) for share in range(shares)]
    return [
        pytest.param(some, id=f"share {share}", marks=[] if share < normal else [pytest.mark.deep])
        for share, some in enumerate(seeds)
    ]


def assert_survives(study: KillStudy, folder: Path, seed: int) -> None:
    """Kill a run, perhaps also the next one and the one after that; then let one end."""
    chance = random.Random(seed)
    library = study.before.copy_to(folder / f"moment-{seed}")
    acknowledged: list[Acknowledgement] = []
    kills = 0
    while not kills or chance.random() < 0.4:
        was_killed, said = killed_run(study, library, chance)
        acknowledged += said
        assert broken_laws(library.settings(), acknowledged) == [], f"moment {seed}, kill {kills + 1}"
        if not was_killed and not kills:
            # It was faster than the run that was measured. Then it shall begin once more.
            library = study.before.copy_to(folder / f"moment-{seed}-{chance.random()}")
            acknowledged.clear()
            continue
        kills += 1
    assert_goes_on(study, library, f"moment {seed}, {kills} kills")


def assert_goes_on(study: KillStudy, library: ScratchLibrary, where: str) -> None:
    wait_for_orphans(library)
    added = library.add_here([study.sources])
    assert len(added) == study.files, where
    assert {one.status for one in added} <= {"new", "duplicate", "unchanged", "skipped"}, where
    assert canonical_dump(library.settings()) == study.expected, where
    assert broken_laws(library.settings()) == [], where
    assert leftovers(library.settings()) == [], where


@pytest.mark.parametrize("seeds", shares(MOMENTS, SHARES, normal=3))
def test_killed_at_any_moment_nothing_is_lost(
    tree_study: KillStudy, seeds: tuple[int, ...], tmp_path: Path
) -> None:
    sources = tree_state(tree_study.sources)
    for seed in seeds:
        assert_survives(tree_study, tmp_path, seed)
    assert tree_state(tree_study.sources) == sources


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seeds", shares(CORPUS_MOMENTS, 5))
def test_killed_while_adding_real_files_nothing_is_lost(
    corpus_study: KillStudy, seeds: tuple[int, ...], tmp_path: Path
) -> None:
    for seed in seeds:
        assert_survives(corpus_study, tmp_path, seed)


def test_workers_or_none_make_the_same_library(tree_study: KillStudy, tmp_path: Path) -> None:
    library = tree_study.before.copy_to(tmp_path / "library")
    added = library.add_here([tree_study.sources])
    names = sum(len(files) + len(links) for _, links, files in os.walk(tree_study.sources))
    assert len(added) == tree_study.files
    assert Counter(one.status.value for one in added)["skipped"] == 4, "three links and a pipe"
    assert 100 <= tree_study.files <= names
    assert canonical_dump(library.settings()) == tree_study.expected
