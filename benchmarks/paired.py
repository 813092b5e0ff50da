"""Comparing programs that run in turns."""

import statistics
from collections.abc import Callable, Mapping, Sequence

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
    """Return the usages without those of the starts in the same rounds."""
    return [usage.after(begun) for usage, begun in zip(whole, start, strict=True)]


def ratio(ours: Sequence[Usage], theirs: Sequence[Usage], what: str) -> float:
    """Return the median of the rounds' ratios of one field of the usage."""
    return statistics.median(
        mine.value(what) / other.value(what) for mine, other in zip(ours, theirs, strict=True)
    )


def median(usages: Sequence[Usage], what: str) -> float:
    """Return the median of one field of the usage."""
    return statistics.median(usage.value(what) for usage in usages)
