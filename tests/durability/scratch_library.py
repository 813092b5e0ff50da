"""Libraries to break: quickly made, run by the installed program, and run again in this process."""

import os
import random
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dam.core.config import Settings, load_settings
from dam.ingest.added import Added
from dam.library import Library
from dam.models.audio.samples import tune, wav
from dam.models.image.samples import encoded, photo
from tests.command_line import Result
from tests.databases import copy_sqlite, migrated_sqlite_template, only_one

PROGRAM = Path(sysconfig.get_path("scripts")) / "dam-cli"


@dataclass(frozen=True)
class ScratchLibrary:
    """A library on SQLite with a local store, all below one folder."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "dam.db"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def settings(self, workers: int = 0) -> Settings:
        return load_settings(
            database_url=f"sqlite:///{self.database}", store=str(self.store), workers=workers
        )

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment in which programs find this library and no setting of the developer."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
        chosen = {"DATABASE_URL": f"sqlite:///{self.database}", "DAM_STORE": str(self.store)}
        return {**clean, "DAM_WORKERS": "0", **chosen, **more}

    def run(self, command: Sequence[str | Path], **more: str) -> Result:
        """Run a program on this library, the dead included: the exit code of a killed one is negative."""
        done = subprocess.run(
            command,
            env=self.environment(**more),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Result(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))

    def add_here(self, paths: Iterable[Path]) -> list[Added]:
        """Add files and folders in this process."""
        with Library.open(self.settings()) as library:
            return list(library.add([os.fsencode(path) for path in paths], recursive=True))

    def copy_to(self, folder: Path) -> "ScratchLibrary":
        """Return a copy of this library, which must not be in use."""
        shutil.copytree(self.folder, folder)
        return ScratchLibrary(folder)


def empty_library(folder: Path, session_folder: Path) -> ScratchLibrary:
    """Make a library in a new folder; all those of one session have the same store, by its UUID."""
    template = session_folder / "scratch-library"
    with only_one(session_folder / "scratch-library.lock"):
        if not template.exists():
            growing = ScratchLibrary(session_folder / "growing-library")
            growing.folder.mkdir()
            copy_sqlite(migrated_sqlite_template(session_folder), growing.database)
            Library.set_up(growing.settings())
            growing.folder.rename(template)
    return ScratchLibrary(template).copy_to(folder)


FEW_FILES = 8


def write_few_files(folder: Path) -> None:
    """Write the files that matter most, as many as make a group that is synced as a whole."""
    folder.mkdir()
    picture = encoded(photo(1, (64, 48)), "PNG")
    (folder / "a-picture.png").write_bytes(picture)
    (folder / "b-note.txt").write_bytes(b"a note\n")
    (folder / "c-again.png").write_bytes(picture)
    (folder / "d-half.png").write_bytes(picture[: len(picture) // 2])
    # Known under a second extension, which recognition has to be told.
    (folder / "e-again.txt").write_bytes(picture)
    (folder / "f-empty").touch()
    # Too large to be visited before it is known to be new.
    (folder / "g-large.bin").write_bytes(random.Random(1).randbytes(100_000))
    # Fingerprinted where the extra is installed.
    (folder / "h-sound.wav").write_bytes(wav(tune(1, 3.0, 8000), 8000))


def write_tree(folder: Path, files: int, pictures: int = 6) -> None:
    """Write a tree in which every third file has the content of another one."""
    encodings = [encoded(photo(seed, (48, 32))) for seed in range(pictures)]
    for number in range(files):
        place = folder / f"part-{number % 4}" / f"of-{number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        if number % 3 == 0:
            (place / f"{number}.jpg").write_bytes(encodings[number // 3 % pictures])
        else:
            (place / f"{number}.txt").write_bytes(b"text number %d\n" % number)
