"""Environments that have nothing of the checkout: a copy of the sources, a wheel, a new venv."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CONSTRAINTS = CHECKOUT / "constraints.txt"


def copy_sources(target: Path) -> Path:
    """Copy what a package is made of, because a build leaves things beside it and picks up old ones."""
    target.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "constraints.txt"):
        shutil.copy(CHECKOUT / name, target)
    shutil.copytree(CHECKOUT / "dam", target / "dam", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def build_wheel(folder: Path) -> Path:
    """Build the wheel of the present sources with the tools that the extra dev installed."""
    sources = copy_sources(folder / "sources")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, sources, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def new_venv(folder: Path) -> Path:
    """Create a venv and return its folder of programs."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return folder / "bin"


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command to its success, with no hint at the environment of the tests, and return what it said."""
    hints = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in hints}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=480,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} gave {done.returncode}:\n{done.stdout}"
    return done.stdout
