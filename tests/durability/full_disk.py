"""A library on a really full disk: run in mounts of its own, it prints what came of it.

`python -m tests.durability.full_disk TEMPLATE SOURCES MOUNT` expects the library to copy, the files to
add, and an empty file system to fill.
"""

import json
import os
import sys
from pathlib import Path

from tests.durability.canonical_dump import canonical_dump
from tests.durability.invariants import acknowledgements, broken_laws, leftovers, tree_state
from tests.durability.scratch_library import PROGRAM, ScratchLibrary

FREE_KILOBYTES = (0, 24, 40, 72, 120, 160, 4096)


def fill(mount: Path, leaving: int) -> Path:
    """Fill the disk but for so many bytes; return the file to delete when somebody makes room."""
    ballast = mount / "ballast"
    free = os.statvfs(mount).f_bavail * os.statvfs(mount).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - leaving)
    return ballast


def add_on_a_full_disk(
    template: ScratchLibrary, sources: Path, folder: Path, kilobytes: int, workers: int
) -> dict[str, object]:
    """Add with little room, make room, look at what is there and add again."""
    library = template.copy_to(folder)
    before = tree_state(sources)
    ballast = fill(folder.parent, leaving=kilobytes * 1024)
    command: list[str | Path] = [PROGRAM, "add-asset", "--json", "-r", sources]
    result = library.run(command, DAM_WORKERS=str(workers))
    left = leftovers(library.settings())
    ballast.unlink()
    broken = broken_laws(library.settings(), acknowledgements(result.stdout))
    again = library.run(command, DAM_WORKERS=str(workers))
    return {
        "kilobytes": kilobytes,
        "workers": workers,
        "exit_code": result.exit_code,
        "stderr": result.stderr,
        "acknowledged": len(result.json),
        "broken": [*broken, *broken_laws(library.settings(), acknowledgements(again.stdout))],
        "leftovers": [*left, *leftovers(library.settings())],
        "exit_code_again": again.exit_code,
        "dump_again": canonical_dump(library.settings()),
        "sources_kept": tree_state(sources) == before,
    }


def main(template: str, sources: str, mount: str) -> None:
    """Print a report for every amount of room."""
    for number, kilobytes in enumerate(FREE_KILOBYTES):
        workers = number % 2
        folder = Path(mount, str(number))
        report = add_on_a_full_disk(ScratchLibrary(Path(template)), Path(sources), folder, kilobytes, workers)
        print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
