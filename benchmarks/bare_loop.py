"""The least that adding small files durably can be: read, hash twice, copy, one sync a group. One process.

Run as `python -m benchmarks.bare_loop SOURCE TARGET`.
"""

import sys
from pathlib import Path

from benchmarks.floor import GROUP, Copied, files_under, hash_and_copy, publish, sync_file_system


def ingest(source: Path, target: Path) -> None:
    temporary = target / "tmp"
    temporary.mkdir(parents=True)
    group: list[Copied] = []
    for number, path in enumerate(files_under(source)):
        copy = str(temporary / str(number))
        group.append((copy, hash_and_copy(path.read_bytes(), copy)))
        if len(group) == GROUP:
            publish(group, target)
            group = []
    publish(group, target)
    sync_file_system(target)


if __name__ == "__main__":
    ingest(Path(sys.argv[1]), Path(sys.argv[2]))
