"""A few words of a text around what was searched for."""

from collections.abc import Sequence
from dataclasses import dataclass

from dam.models.document.words import placed_words
from dam.search.text_terms import Term

_BEFORE = 60
_LENGTH = 200
_ELLIPSIS = "..."

Span = tuple[int, int]


@dataclass(frozen=True)
class Snippet:
    """Text on one line, and where in it words stand that were searched for."""

    text: str = ""
    marks: tuple[Span, ...] = ()


def snippet_of(text: str, terms: Sequence[Term]) -> Snippet:
    """Return the part of a text in which most different terms stand close together."""
    found = _occurrences(text, terms)
    if not found:
        return _cut(text, 0, [])
    start = max(range(len(found)), key=lambda first: (_variety(found, first), -first))
    return _cut(text, found[start][1][0], [span for _, span in found])


def _occurrences(text: str, terms: Sequence[Term]) -> list[tuple[int, Span]]:
    """Return which term stands where, in the order of the text."""
    placed = list(placed_words(text))
    words = [word for word, _, _ in placed]
    found = [
        (number, (placed[at][1], placed[at + len(term.words) - 1][2]))
        for number, term in enumerate(terms)
        for at in _places(term, words)
        if _stands(term, words, at)
    ]
    return sorted(found, key=lambda one: one[1])


def _places(term: Term, words: list[str]) -> list[int]:
    """Return where a term can begin."""
    first = term.words[0]
    if term.is_open and len(term.words) == 1:
        return [at for at, word in enumerate(words) if word.startswith(first)]
    return [at for at, word in enumerate(words) if word == first]


def _stands(term: Term, words: list[str], at: int) -> bool:
    some = words[at : at + len(term.words)]
    if len(some) < len(term.words) or tuple(some[:-1]) != term.words[:-1]:
        return False
    return some[-1].startswith(term.words[-1]) if term.is_open else some[-1] == term.words[-1]


def _variety(found: list[tuple[int, Span]], first: int) -> int:
    """Count the different terms in a snippet that begins with this occurrence."""
    beginning = found[first][1][0]
    return len(
        {number for number, (_, end) in found[first : first + 50] if end - beginning <= _LENGTH - _BEFORE}
    )


def _cut(text: str, around: int, spans: list[Span]) -> Snippet:
    start = max(0, around - _BEFORE)
    end = min(len(text), start + _LENGTH)
    start = _at_word(text, start, around)
    end = max(text.rfind(" ", around, end), text.rfind("\n", around, end)) if end < len(text) else end
    end = end if end > around else min(len(text), start + _LENGTH)
    shown, marks = "", []
    at = start
    for left, right in _within(spans, start, end):
        shown += _line(text[at:left])
        marks.append((len(shown), len(shown) + len(_line(text[left:right]))))
        shown += _line(text[left:right])
        at = right
    shown += _line(text[at:end])
    before = _ELLIPSIS if start else ""
    after = _ELLIPSIS if end < len(text) else ""
    moved = tuple((left + len(before), right + len(before)) for left, right in marks)
    return Snippet(before + shown + after, moved)


def _at_word(text: str, start: int, around: int) -> int:
    """Return where the next word begins, unless that is too late."""
    if start == 0:
        return 0
    spaces = [at + 1 for at in (text.find(" ", start, around), text.find("\n", start, around)) if at >= 0]
    return min(spaces, default=start)


def _within(spans: list[Span], start: int, end: int) -> list[Span]:
    """Return the spans between two places, those that overlap as one."""
    joined: list[Span] = []
    for left, right in sorted(span for span in spans if span[0] >= start and span[1] <= end):
        if joined and left < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(right, joined[-1][1]))
        else:
            joined.append((left, right))
    return joined


def _line(text: str) -> str:
    """Return text on one line, with nothing in it that disturbs a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
