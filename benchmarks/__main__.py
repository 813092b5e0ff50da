"""`python -m benchmarks [NAME...]` runs the benchmarks and prints their figures.

The exit code is 1 if a figure misses its target.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks import (
    crash,
    documents,
    duplicates,
    films,
    ingest,
    jpeg_drift,
    media_duplicates,
    metering,
    near_duplicate_quality,
    recall,
    recordings,
    scale,
    similarity,
    similarity_postgresql,
    small,
    startup,
    unchanged,
)
from benchmarks.figure import Figure
from benchmarks.table import Table
from benchmarks.workshop import Workshop, default_folder

Finding = Figure | Table
BENCHMARKS: dict[str, Callable[[Workshop], Iterator[Finding]]] = {
    "startup": startup.run,
    "jpeg_drift": jpeg_drift.run,
    "metering": metering.run,
    "small": small.run,
    "ingest": ingest.run,
    "unchanged": unchanged.run,
    "crash": crash.run,
    "scale": scale.run,
    "recall": recall.run,
    "similarity": similarity.run,
    "similarity_postgresql": similarity_postgresql.run,
    "duplicates": duplicates.run,
    "near_duplicate_quality": near_duplicate_quality.run,
    "recordings": recordings.run,
    "documents": documents.run,
    "media_duplicates": media_duplicates.run,
    "films": films.run,
}


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
        return 2
    workshop = Workshop(options.folder, options.quick, options.rounds, options.only)
    all_met = True
    try:
        for name in options.names or BENCHMARKS:
            print(f"### {name}\n" if options.markdown else f"{name}:", flush=True)
            show = _show_markdown if options.markdown else _show
            all_met &= show(BENCHMARKS[name](workshop))
    finally:
        if not options.keep:
            workshop.clean_up()
    return 0 if all_met else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure dam beside its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="try everything on very little, once")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs [%(default)s]")
    parser.add_argument(
        "--only",
        default="",
        metavar="SET",
        help="of `ingest`, only sets so named: '3 MP'; of `similarity` and `duplicates`, '10 M'",
    )
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument(
        "--folder", type=Path, default=default_folder(), help="where generated files are kept [%(default)s]"
    )
    parser.add_argument("--keep", action="store_true", help="keep the libraries that were made, too")
    return parser


def _show(findings: Iterable[Finding]) -> bool:
    """Print findings as they come; tell whether all targets were met."""
    all_met = True
    for finding in findings:
        print(f"  {finding}", flush=True)
        all_met &= _is_met(finding)
    return all_met


def _show_markdown(findings: Iterable[Finding]) -> bool:
    """Print the figures as one table after the others."""
    all_found = []
    for finding in findings:
        all_found.append(finding)
        if isinstance(finding, Table):
            print(finding.markdown(), flush=True)
    rows = [(f.name, f.value, f.unit, f.target, f.verdict) for f in all_found if isinstance(f, Figure)]
    print(Table("Figures", ("what", "value", "unit", "target", "verdict"), rows).markdown(), flush=True)
    return all(map(_is_met, all_found))


def _is_met(finding: Finding) -> bool:
    return not isinstance(finding, Figure) or finding.is_met


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
