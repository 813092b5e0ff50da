"""How much is done twice when a run is killed and started again, in CPU time."""

import statistics
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.ingest import FileSet
from benchmarks.program import BenchLibrary, add_to_new, few_files_of
from benchmarks.usage import Usage
from benchmarks.workshop import Workshop

FILES = FileSet("0.3 MP JPEG", 3000, 150)
MOMENTS = (0.5, 0.25, 0.75, 0.4, 0.6)
"""After which parts of the work the runs are killed."""
TARGET = 5.0


def run(workshop: Workshop) -> Iterator[Figure]:
    source = FILES.folder(workshop)
    single = few_files_of(workshop.new("one picture"), source)
    extra, lost = [], 0
    for moment in MOMENTS[: workshop.scaled(len(MOMENTS), 1)]:
        start = add_to_new(workshop.new("library"), single)[0]
        undisturbed = add_to_new(workshop.new("library"), source)[0]
        killed, again = _killed_and_again(workshop, source, start, undisturbed, moment)
        lost += killed.status >= 0
        work = undisturbed.after(start).cpu
        extra.append((killed.after(start).cpu + again.after(start).cpu) / work - 1)
    if lost:
        print(f"  {lost} of {len(extra)} runs ended before they were killed")
    yield Figure("crash and re-run: extra work", statistics.median(extra) * 100, "% of CPU", at_most=TARGET)
    yield Figure("crash and re-run: worst of the moments", max(extra) * 100, "% of CPU")


def _killed_and_again(
    workshop: Workshop, source: Path, start: Usage, undisturbed: Usage, moment: float
) -> tuple[Usage, Usage]:
    """Kill a run after part of its work, and finish the work with another one."""
    library = BenchLibrary.create(workshop.new("library"))
    killed = library.add(source, kill_after=start.wall + moment * undisturbed.after(start).wall)
    return killed, library.add(source)
