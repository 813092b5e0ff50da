"""Comparing programs that run in turns."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from benchmarks.usage import Usage

Rounds = dict[str, list[Usage]]


def in_turns(programs: Mapping[str, Callable[[], Usage]], repetitions: int) -> Rounds:
    """Run all programs again and again, every other time in the opposite order."""
    rounds: Rounds = {name: [] for name in programs}
    for number in range(repetitions):
        turns = list(programs.items())
        for name, program in turns if number % 2 == 0 else reversed(turns):
            rounds[name].append(program())
    return rounds


def after_start(whole: Sequence[Usage], start: Sequence[Usage]) -> list[Usage]:
    """Return the usages without the start's, whose median counts: one slow start must not look like speed."""
    usual = replace(
        start[0], wall=median(start, "wall"), cpu=median(start, "cpu"), own_cpu=median(start, "own_cpu")
    )
    return [usage.after(usual) for usage in whole]


def ratio(ours: Sequence[Usage], theirs: Sequence[Usage], what: str) -> float:
    """Return the median of the rounds' ratios of one field of the usage."""
    return statistics.median(
        mine.value(what) / other.value(what) for mine, other in zip(ours, theirs, strict=True)
    )


def median(usages: Sequence[Usage], what: str) -> float:
    """Return the median of one field of the usage."""
    return statistics.median(usage.value(what) for usage in usages)
