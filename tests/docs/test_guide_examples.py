"""Whoever follows the developer guide to the letter gets what it shows."""

import shutil
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.docs.follow import clean_environment, follow
from tests.docs.markdown import CHECKOUT, GUIDE, blocks, section_blocks

IN_THE_CHECKOUT = [
    "Add a component",
    "Add a system",
    "Add a kind",
    "Add a store",
    "Add a command",
]
BESIDE_IT = "Add a plugin"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of what is needed to change dam and run it."""
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("dam", "demo"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=unwanted)
    for name in ("alembic.ini", "LICENSE"):
        shutil.copy(CHECKOUT / name, tmp_path)
    return tmp_path


@pytest.fixture
def child_venv(tmp_path: Path) -> Path:
    """The programs of a venv that has everything of this one, and room for a plugin of its own."""
    folder = tmp_path / "venv"
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    ours = sysconfig.get_path("purelib")
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    for program in ("dam-cli", "alembic"):
        script = (Path(sysconfig.get_path("scripts")) / program).read_text()
        copy = folder / "bin" / program
        copy.write_text(f"#!{folder}/bin/python\n{script.partition(chr(10))[2]}")
        copy.chmod(0o755)
    return folder / "bin"


@pytest.mark.parametrize("section", IN_THE_CHECKOUT)
def test_following_a_section_gives_what_it_shows(section: str, scratch: Path) -> None:
    follow(section_blocks(GUIDE, section), scratch, clean_environment(PYTHONPATH=str(scratch)))


def test_following_the_section_on_plugins_gives_what_it_shows(scratch: Path, child_venv: Path) -> None:
    # Without an index: setuptools and dam are there, as in any environment for development.
    environment = clean_environment(PIP_NO_BUILD_ISOLATION="0", PIP_NO_INDEX="1", PIP_NO_DEPS="1")
    environment["PATH"] = f"{child_venv}:{environment['PATH']}"
    follow(section_blocks(GUIDE, BESIDE_IT), scratch, environment)


def test_every_block_is_followed() -> None:
    followed = {*IN_THE_CHECKOUT, BESIDE_IT}
    for block in blocks(GUIDE):
        assert block.section in followed or block.language == "text", str(block)
