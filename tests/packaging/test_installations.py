"""The ways to install that the README shows, each in a new venv."""

import sys
import sysconfig
from pathlib import Path

import pytest

from tests.packaging.clean_environment import copy_sources, new_venv, run

UV = Path(sysconfig.get_path("scripts")) / "uv"


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("installer", ["pip", "uv"])
@pytest.mark.parametrize("wanted", [".", ".[image]", ".[dev]"])
def test_an_editable_installation_runs(wanted: str, installer: str, tmp_path: Path) -> None:
    sources = copy_sources(tmp_path / "sources")
    options = ("-c", "constraints.txt", "-e", wanted)
    scripts = tmp_path / "venv" / "bin"
    if installer == "pip":
        new_venv(tmp_path / "venv")
        run(scripts / "python", "-m", "pip", "install", "--quiet", *options, cwd=sources)
    else:
        run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv", cwd=tmp_path)
        run(UV, "pip", "install", "--quiet", "--python", scripts / "python", *options, cwd=sources)

    assert "add-asset" in run(scripts / "dam-cli", "--help", cwd=tmp_path)
    assert str(sources) in run(scripts / "python", "-c", "import dam; print(dam.__file__)", cwd=tmp_path)
    heif = "from importlib.util import find_spec; print(find_spec('pi_heif') is not None)"
    assert run(scripts / "python", "-c", heif, cwd=tmp_path).strip() == str(wanted != ".")


@pytest.mark.deep
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_pins_fit_together_on_every_python(version: str, tmp_path: Path) -> None:
    sources = copy_sources(tmp_path / "sources")
    # Versions only: what is resolved for another Python need not be installed here.
    resolved = run(
        UV, "pip", "compile", "--quiet", "--python-version", version, "--only-binary", ":all:",
        "--extra", "dev", "-c", "constraints.txt", "--no-annotate", "--no-header", "pyproject.toml",
        cwd=sources,
    )  # fmt: skip
    pinned = {line for line in (sources / "constraints.txt").read_text().splitlines() if "==" in line}
    assert {line for line in resolved.splitlines() if "==" in line} <= pinned
