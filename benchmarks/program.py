"""`dam-cli` as users run it, in libraries of its own."""

import os
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.usage import Usage, usage_of
from benchmarks.workshop import CORES

PROGRAM = Path(sysconfig.get_path("scripts")) / "dam-cli"


@dataclass(frozen=True)
class BenchLibrary:
    """A library in a folder."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> "BenchLibrary":
        """Make an empty library."""
        folder.mkdir()
        library = cls(folder)
        library._run("setup-db")
        return library

    @property
    def database(self) -> Path:
        return self.folder / "dam.db"

    @property
    def settings(self) -> dict[str, str]:
        # DAM_LOG_LEVEL and the like of whoever runs the benchmarks must not count.
        return {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DAM_STORE": str(self.folder / "store"),
            "DAM_LOG_LEVEL": "WARNING",
            "DAM_WORKERS": str(CORES),
        }

    def add(self, source: Path, *options: str, memory: bool = False, kill_after: float = 0) -> Usage:
        """Add a folder with one worker for each core."""
        return self._run("add-asset", "-r", *options, source, memory=memory, kill_after=kill_after)

    def find_similar(self, picture: Path, *options: str) -> Usage:
        """Ask what resembles a picture, decoded by the program itself; nothing is an answer."""
        settings = {**self.settings, "DAM_WORKERS": "0"}
        return usage_of(PROGRAM, "find-similar-images", *options, picture, settings=settings, fine=(0, 1))

    def add_listed(self, files: Iterable[Path], *options: str) -> Usage:
        """Add these files."""
        listing = self.folder / "files to add"
        listing.write_bytes(b"\0".join(map(os.fsencode, files)))
        return self._run("add-asset", *options, "-0", "--from-file", listing)

    def find_duplicates(self, *options: str, output: Path, memory: bool = False) -> Usage:
        """Find duplicates, of which there must be some; the answer goes to a file."""
        return self._run("find-duplicates", *options, output=output, memory=memory)

    def _run(
        self,
        *arguments: str | Path,
        memory: bool = False,
        kill_after: float = 0,
        output: Path | None = None,
    ) -> Usage:
        return usage_of(
            PROGRAM,
            *arguments,
            settings=self.settings,
            memory=memory,
            kill_after=kill_after,
            output=output,
        )


def add_to_new(folder: Path, source: Path, *, memory: bool = False) -> tuple[Usage, BenchLibrary]:
    """Add `source` to a fresh library."""
    library = BenchLibrary.create(folder)
    return library.add(source, memory=memory), library


def few_files_of(folder: Path, source: Path, count: int = 1) -> Path:
    """Make `folder` hold nothing but links to a few files of `source`: adding them costs mostly the start."""
    chosen = sorted(path for path in source.rglob("*") if path.is_file() and path.stat().st_size)[:count]
    folder.mkdir()
    for number, path in enumerate(chosen):
        os.link(path, folder / f"{number} {path.name}")
    return folder
