"""A copy of the checkout, to change it and to run its programs."""

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
WITHOUT_CACHES = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Checkout:
    """A copy of the package with the root's `alembic.ini`, on one database."""

    folder: Path
    database_url: str

    @classmethod
    def copied_to(cls, folder: Path, database_url: str) -> "Checkout":
        """Make the copy; caches stay behind."""
        shutil.copytree(PROJECT / "dam", folder / "dam", ignore=WITHOUT_CACHES)
        shutil.copy(PROJECT / "alembic.ini", folder)
        return cls(folder, database_url)

    @property
    def package(self) -> Path:
        return self.folder / "dam"

    def write(self, path: str, text: str) -> Path:
        """Add a file to the package."""
        file = self.package / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def alembic(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program `alembic` at the copy's root."""
        return self._run(str(Path(sysconfig.get_path("scripts")) / "alembic"), *arguments)

    def python(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python code that imports the copy."""
        return self._run(sys.executable, "-c", code, *arguments)

    def dam(self, *arguments: str, **environment: Any) -> subprocess.CompletedProcess[str]:
        """Run the copy's command line."""
        return self._run(sys.executable, "-m", "dam", *arguments, **environment)

    def _run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        ours = {"DATABASE_URL": self.database_url, "PYTHONPATH": str(self.folder), "DAM_WORKERS": "0"}
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **ours, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a program said, which must have succeeded."""
    assert done.returncode == 0, f"{done.args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
