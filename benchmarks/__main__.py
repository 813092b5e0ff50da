"""`python -m benchmarks [NAME...]` runs the benchmarks and prints their figures.

The exit code is 1 if a figure misses its target.
"""

import sys

from benchmarks import ingest, jpeg_drift, startup
from benchmarks.figure import Figure

BENCHMARKS = {"startup": startup.run, "jpeg_drift": jpeg_drift.run, "ingest": ingest.run}


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
        return 2
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"{name}:", flush=True)
        for figure in BENCHMARKS[name]():
            print(f"  {figure}", flush=True)
            figures.append(figure)
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
