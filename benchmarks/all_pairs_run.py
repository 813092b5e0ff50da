"""A program that finds all pairs of near hashes and prints what it took, as JSON: a process of its own."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from dam.search.all_pairs import pairs_within


def main(path: str, radius: str) -> None:
    hashes = np.load(path)
    start = time.perf_counter(), time.process_time()
    # What equals is a group: its pairs may be more than anybody can hold.
    unique = np.unique(hashes)
    count = sum(len(pairs.first) for pairs in pairs_within(unique, int(radius)))
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    peak = _peak_memory()
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "pairs": count}))


def _peak_memory() -> int:
    """Return the most bytes this process had in memory; `ru_maxrss` also counts whoever started it."""
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
