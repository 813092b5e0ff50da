"""What people search texts for, as they write it: words, `"phrases"`, and `beginn*` of words."""

from dataclasses import dataclass

from dam.errors import UsageError
from dam.models.document.document_words_component import OVERLAP
from dam.models.document.words import words_of

_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"' * 5)
_TERMS_LIMIT = 50


@dataclass(frozen=True)
class Term:
    """Words that have to stand one after another; of the last one, if it is open, only the beginning."""

    words: tuple[str, ...]
    is_open: bool = False


def parse_terms(text: str) -> list[Term]:
    """Return the terms of a question; raises UsageError for what is none."""
    pieces = text.translate(_QUOTES).split('"')
    if len(pieces) % 2 == 0:
        raise _refusal(text, "a quotation mark is missing")
    terms: list[Term] = []
    for number, piece in enumerate(pieces):
        is_phrase = number % 2 == 1
        for part in [piece] if is_phrase else piece.split():
            term = _term(part)
            if term.words and term not in terms:
                terms.append(term)
            elif is_phrase and not term.words:
                raise _refusal(text, "nothing stands between its quotation marks")
    if not terms:
        raise _refusal(text, "there is no word in it")
    return _within_limits(text, terms)


def _term(part: str) -> Term:
    stripped = part.rstrip()
    return Term(tuple(words_of(stripped)), stripped.endswith("*") and stripped.rstrip("*")[-1:].isalnum())


def _within_limits(text: str, terms: list[Term]) -> list[Term]:
    if len(terms) > _TERMS_LIMIT:
        raise _refusal(text, f"it has more than {_TERMS_LIMIT} terms")
    if any(len(term.words) > OVERLAP + 1 for term in terms):
        # A longer one that begins in one part of a text and ends in the next would not be found.
        raise _refusal(text, f"a phrase has more than {OVERLAP + 1} words")
    return terms


def _refusal(text: str, reason: str) -> UsageError:
    return UsageError(
        f"cannot search: {text[:100]!r}: {reason}", hint='search for words, "phrases" and beginn* of words'
    )
