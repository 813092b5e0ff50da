"""What several tests of durability share: trees, and what a run that nobody disturbs makes of them."""

from pathlib import Path

import pytest

from tests.durability.kill_study import KillStudy, kill_study
from tests.durability.large_pictures import write_large_pictures
from tests.durability.scratch_library import ScratchLibrary, empty_library
from tests.durability.tree_of_all_kinds import write_tree_of_all_kinds


@pytest.fixture
def library(tmp_path: Path, session_folder: Path) -> ScratchLibrary:
    """A library with nothing in it."""
    return empty_library(tmp_path / "library", session_folder)


@pytest.fixture(scope="session")
def tree_study(session_folder: Path) -> KillStudy:
    """A tree of files of all kinds."""
    return kill_study(session_folder, "tree", write_tree_of_all_kinds)


@pytest.fixture(scope="session")
def corpus_study(session_folder: Path, corpus: Path) -> KillStudy:
    """The corpus of real files."""
    return kill_study(session_folder, "corpus", lambda folder: corpus)


@pytest.fixture(scope="session")
def pictures_study(session_folder: Path) -> KillStudy:
    """Large pictures, which keep workers busy for a while."""
    return kill_study(session_folder, "pictures", write_large_pictures)
