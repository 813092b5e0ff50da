"""A built wheel, installed where nothing of the checkout is in reach, does what the README promises."""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.command_line import CommandProcess
from tests.databases import only_one
from tests.docs.follow import clean_environment, follow
from tests.docs.markdown import README, section_blocks
from tests.packaging.clean_environment import CHECKOUT, CONSTRAINTS, build_wheel, new_venv, run


@pytest.fixture(scope="session")
def wheel(session_folder: Path) -> Path:
    """The wheel of the present sources, built once for all test workers."""
    folder = session_folder / "wheel"
    with only_one(session_folder / "wheel.lock"):
        if not folder.exists():
            folder.mkdir()
            build_wheel(folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def scripts(wheel: Path, session_folder: Path) -> Path:
    """The programs of a venv that has the wheel and what it depends on, and nothing else."""
    venv = session_folder / "wheel-venv"
    with only_one(session_folder / "wheel.lock"):
        if not (venv / "bin" / "dam-cli").exists():
            python = new_venv(venv) / "python"
            run(python, "-m", "pip", "install", "--quiet", "-c", CONSTRAINTS, wheel, cwd=session_folder)
    return venv / "bin"


@pytest.fixture
def installed_dam(
    scripts: Path, library_environment: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[CommandProcess]:
    """The wheel's program, run in an empty folder with the settings that a new user has: none."""
    library_environment.delenv("DAM_STORE")
    library_environment.delenv("PYTHONPATH", raising=False)
    command = CommandProcess(scripts)
    yield command
    command.end_all()


@pytest.fixture
def picture() -> Image.Image:
    """A picture with shapes in it, so that no hash of it is flat."""
    picture = Image.linear_gradient("L").convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 30, 120, 150), fill="orange")
    draw.rectangle((140, 100, 230, 240), fill="navy")
    draw.polygon([(150, 80), (250, 10), (200, 95)], fill="white")
    return picture


def test_the_wheel_holds_the_program_and_not_its_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert tops - {"dam"} == {top for top in tops if top.endswith(".dist-info")}

    files = (path for path in (CHECKOUT / "dam").rglob("*") if path.is_file() and path.suffix != ".pyc")
    sources = {path.relative_to(CHECKOUT).as_posix() for path in files}
    assert sources <= names
    assert {"dam/py.typed", "dam/migrations/script.py.mako", "dam/duplicates/report_page.css"} <= sources
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.timeout(900)
def test_a_clean_installation_sets_up_adds_and_finds(
    installed_dam: CommandProcess, picture: Image.Image, tmp_path: Path
) -> None:
    picture.save(tmp_path / "picture.png")
    picture.resize((180, 180)).save(tmp_path / "smaller.jpg", quality=85)
    digest = hashlib.sha256((tmp_path / "picture.png").read_bytes()).hexdigest()

    set_up = installed_dam("setup-db")
    assert set_up.exit_code == 0, set_up.stderr
    assert (tmp_path / "dam.db").is_file()

    added = installed_dam("add-asset", "picture.png", "--json")
    assert (added.exit_code, added.json[0]["status"]) == (0, "new"), added.stderr
    assert added.json[0]["sha256"] == digest

    found = installed_dam("find-file-by-hash", digest)
    assert found.exit_code == 0, found.stderr
    assert "picture.png" in found.stdout

    similar = installed_dam("find-similar-images", "smaller.jpg", "--json")
    assert similar.exit_code == 0, similar.stderr
    assert [match["sha256"] for match in similar.json] == [digest]


@pytest.mark.timeout(900)
def test_a_clean_installation_runs_the_tour_of_the_readme(scripts: Path, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "demo", tmp_path / "demo", ignore=shutil.ignore_patterns("__pycache__"))
    path = f"{scripts}:{os.environ['PATH']}"
    follow(section_blocks(README, "Tour"), tmp_path, clean_environment(PATH=path))


def test_a_clean_installation_tells_its_version(installed_dam: CommandProcess, wheel: Path) -> None:
    told = installed_dam("--version")
    assert told.exit_code == 0, told.stderr
    assert wheel.name.split("-")[1] in told.stdout
