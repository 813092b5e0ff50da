"""How long `dam-cli add-asset` takes, as a multiple of a script that hashes and copies the same files.

Both run as programs, start-up included. dam does more: it waits for the disk, verifies, keeps PDQ and
previews as well, and survives bad files.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.figure import Figure
from dam.models.image.samples import encoded, photo

TEXTS = 1000
PICTURES = 60
PICTURE_SIZE = (2000, 1500)

_PROGRAM = Path(sysconfig.get_path("scripts")) / "dam-cli"


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="dam-benchmark-") as name:
        folder = Path(name)
        for kind, count, make in (("small files", TEXTS, _text), ("pictures", PICTURES, _picture)):
            source = folder / kind
            source.mkdir()
            for number in range(count):
                make(source, number)
            ours = _seconds_of_dam(folder / f"library of {kind}", source)
            theirs = _seconds(
                sys.executable, "-m", "benchmarks.naive_ingest", source, folder / f"copies of {kind}"
            )
            yield Figure(f"dam, {kind}", count / ours, "files/s")
            yield Figure(f"a script, {kind}", count / theirs, "files/s")
            yield Figure(f"adding {kind}", ours / theirs, "x the script's time")


def _text(folder: Path, number: int) -> None:
    (folder / f"{number}.txt").write_text(f"This is the text of note {number}.\n" * 40)


def _picture(folder: Path, number: int) -> None:
    small = photo(number, (400, 300))
    (folder / f"{number}.jpg").write_bytes(encoded(small.resize(PICTURE_SIZE), quality=88))


def _seconds_of_dam(library: Path, source: Path) -> float:
    library.mkdir()
    settings = {"DATABASE_URL": f"sqlite:///{library / 'dam.db'}", "DAM_STORE": str(library / "store")}
    _seconds(_PROGRAM, "setup-db", settings=settings)
    return _seconds(_PROGRAM, "add-asset", "-r", source, settings=settings)


def _seconds(*command: str | Path, settings: Mapping[str, str] | None = None) -> float:
    start = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        env={**os.environ, **(settings or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start
