"""Where a run of the benchmarks keeps things, and how long it may take."""

import hashlib
import itertools
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_DIGITS = 8
CORES = len(os.sched_getaffinity(0))


def default_folder() -> Path:
    """Return the folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dam-benchmarks"


@dataclass(frozen=True)
class Workshop:
    """What is made once and kept, what is thrown away, and how much of both there is."""

    folder: Path
    quick: bool = False
    rounds: int = 3
    """How often each program runs; once if it is to be quick."""
    only: str = ""
    """What the names of the sets that are measured start with."""
    _outdated: list[Path] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def repetitions(self) -> int:
        return 1 if self.quick else self.rounds

    def scaled(self, count: int, quick: int) -> int:
        """Return how many of something there are to be."""
        return quick if self.quick else count

    def kept(self, name: str, make: Callable[[Path], object], *made_by: Path) -> Path:
        """Return a folder that `make` fills the first time, and again when the code in `made_by` changes."""
        code = b"".join(content for path in made_by for content in _contents(path))
        folder = self.folder / f"{name}-{hashlib.sha256(code).hexdigest()[:_DIGITS]}"
        self._outdated.extend(
            other for other in self.folder.glob(f"{name}-{'?' * _DIGITS}") if other != folder
        )
        if not folder.exists():
            # Under another name while it is filled: a run that was stopped leaves nothing half made.
            filling = self.new(f"filling {name}")
            filling.mkdir()
            make(filling)
            filling.rename(folder)
            os.sync()
        return folder

    def new(self, name: str) -> Path:
        """Return a path for something that this run needs once; nothing is there yet."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        return self._scratch / f"{next(self._numbers)} {name}"

    def clean_up(self) -> None:
        """Delete what this run has made for itself, and what older code had made to be kept.

        Only at the very end: deleting thousands of files makes file systems slow for seconds.
        """
        for folder in (self._scratch, *self._outdated):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _scratch(self) -> Path:
        return self.folder / f"run-{os.getpid()}"


def _contents(path: Path) -> list[bytes]:
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [file.read_bytes() for file in files]
