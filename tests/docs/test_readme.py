"""What the README shows works as it is shown."""

import shutil
from pathlib import Path

import pytest

from tests.docs.follow import clean_environment, follow
from tests.docs.markdown import CHECKOUT, README, Block, blocks, section_blocks

EXAMPLES = [block for block in blocks(README) if block.language == "python"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the tour uses of the checkout."""
    shutil.copytree(CHECKOUT / "demo", tmp_path / "demo", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_tour_prints_what_it_shows(folder: Path) -> None:
    follow(section_blocks(README, "Tour"), folder, clean_environment())


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_in_python_runs(example: Block, folder: Path) -> None:
    make_samples, *_ = section_blocks(README, "Tour")
    follow([make_samples, example], folder, clean_environment())


def test_every_block_is_one_that_is_tested_or_plainly_not() -> None:
    for block in blocks(README):
        assert block.language in {"console", "python", "sh"}, str(block)
        assert block.language != "console" or block.section == "Tour", str(block)
