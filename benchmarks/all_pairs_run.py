"""A program that finds all pairs of near hashes and prints what it took, as JSON: a process of its own."""

import json
import resource
import sys
import time

import numpy as np

from dam.search.all_pairs import pairs_within


def main(path: str, radius: str) -> None:
    hashes = np.load(path)
    start = time.perf_counter(), time.process_time()
    # What equals is a group: its pairs may be more than anybody can hold.
    unique = np.unique(hashes)
    count = sum(len(pairs.first) for pairs in pairs_within(unique, int(radius)))
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "pairs": count}))


if __name__ == "__main__":
    main(*sys.argv[1:])
