"""Others who search hashes by Hamming distance, asked what we are; a program for the peers' Python.

`search_peers.py HASHES RADIUS...` prints one JSON object: the median milliseconds of a query by program and
radius. HASHES is a .npy file of 64-bit hashes. What is not installed is left out.
"""

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

QUERIES = 15
_FEW = 100_000
"""What a BK-tree is given at most: at a million, building it takes minutes."""
_MANY = 1_000_000
"""What imagededup is given at most: it wants a string for each hash."""


def main(path: str, *radii: str) -> None:
    hashes = np.load(path)
    queries = hashes[:: max(1, len(hashes) // QUERIES)][:QUERIES] ^ np.uint64(0b101)
    found: dict[str, dict[str, float]] = {}
    peers: dict[str, Callable[[Any], Callable[[Any, int], object]]] = {
        "numpy": _numpy,
        "faiss": _faiss,
        f"imagededup of {min(_MANY, len(hashes)):,}": _imagededup,
        f"pybktree of {_FEW:,}": _pybktree,
    }
    for name, make in peers.items():
        try:
            search = make(hashes)
        except ImportError:
            continue
        found[name] = {radius: _median(search, queries, int(radius)) for radius in radii}
    print(json.dumps(found))


def _median(search: Callable[[Any, int], object], queries: Any, radius: int) -> float:
    taken = []
    for query in queries:
        start = time.perf_counter()
        search(query, radius)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def _numpy(hashes: Any) -> Callable[[Any, int], object]:
    return lambda query, radius: np.flatnonzero(np.bitwise_count(hashes ^ query) <= radius)


def _faiss(hashes: Any) -> Callable[[Any, int], object]:
    faiss = importlib.import_module("faiss")
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(64)
    index.add(hashes.view(np.uint8).reshape(-1, 8))
    # Its radius is exclusive.
    return lambda query, radius: index.range_search(
        np.array([query]).view(np.uint8).reshape(1, 8), radius + 1
    )


def _imagededup(hashes: Any) -> Callable[[Any, int], object]:
    search = importlib.import_module("imagededup.handlers.search.brute_force_cython")
    named = {str(number): f"{value:016x}" for number, value in enumerate(hashes[:_MANY].tolist())}
    index = search.BruteForceCython(named, None)
    return lambda query, radius: index.search(f"{int(query):016x}", radius)


def _pybktree(hashes: Any) -> Callable[[Any, int], object]:
    pybktree = importlib.import_module("pybktree")
    tree = pybktree.BKTree(lambda a, b: (a ^ b).bit_count(), hashes[:_FEW].tolist())
    return lambda query, radius: tree.find(int(query), radius)


if __name__ == "__main__":
    main(*sys.argv[1:])
