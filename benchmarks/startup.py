"""How long `dam-cli --help` takes, as a multiple of `python -c pass`.

Every pair is measured back to back, so that whatever else the machine does slows both; the median of
the pairs' ratios counts. `dam-cli` is the installed program, whose start is what users wait for.
"""

import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.workshop import Workshop
from dam.cli import COMMANDS

PAIRS = 7
TARGET = 15.0

_PROGRAM = Path(sysconfig.get_path("scripts")) / "dam-cli"
_NOTHING = (sys.executable, "-c", "pass")


def run(workshop: Workshop) -> Iterator[Figure]:
    for arguments in ((), *((command,) for command in COMMANDS)):
        ours = (str(_PROGRAM), *arguments, "--help")
        _seconds(ours)
        ratios = [_seconds(ours) / _seconds(_NOTHING) for _ in range(workshop.scaled(PAIRS, 1))]
        name = " ".join(("dam-cli", *arguments, "--help"))
        yield Figure(name, statistics.median(ratios), "x python -c pass", TARGET)


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
