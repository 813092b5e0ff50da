"""Words without the numbers that count rows, items and pages.

A table numbers its rows, and a PDF prints the numbers of a list that Word only knows: the same text then has
numbers all through it in one format and none in another.
"""

from collections.abc import Sequence

_NEAR = 100
"""Words between a number and the next one that counts on: of what is longer a number breaks few shingles."""
_DIGITS = 9
_LEAST = 0.5
"""The share of words that have to be left: a table of numbers is what it is."""


def without_numbering(words: Sequence[str]) -> Sequence[str]:
    """Return words without each number that is soon followed by the next higher one, and without that.

    It depends on what is near alone, so that a part of a text loses the same ones as the whole.
    """
    last: dict[int, int] = {}
    counting: set[int] = set()
    for place, word in enumerate(words):
        if not (word.isascii() and word.isdecimal() and len(word) <= _DIGITS):
            continue
        number = int(word)
        before = last.get(number - 1)
        if before is not None and place - before <= _NEAR:
            counting.update((before, place))
        last[number] = place
    if not counting or len(words) - len(counting) < _LEAST * len(words):
        return words
    return [word for place, word in enumerate(words) if place not in counting]
