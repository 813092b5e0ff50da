"""Whether the CPU time that the other benchmarks report is all there is, by a program of known cost."""

import sys
from collections.abc import Iterator

from benchmarks.burn import PLACES
from benchmarks.figure import Figure
from benchmarks.usage import usage_of
from benchmarks.workshop import Workshop

SECONDS = 0.5


def run(workshop: Workshop) -> Iterator[Figure]:
    counted = _cpu(SECONDS) - _cpu(0)
    yield Figure("CPU counted of CPU used", counted / (PLACES * SECONDS), "x", at_most=1.05, at_least=0.95)


def _cpu(seconds: float) -> float:
    return usage_of(sys.executable, "-m", "benchmarks.burn", str(seconds)).cpu
