"""Text as words to be searched by: the same for every database, format and way of writing.

Letters without accents and capitals, ligatures and wide forms as plain letters; a character of Chinese,
Japanese, Thai and the like, which are written without spaces, is a word of its own.
"""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 40
"""Letters of a word that count: what is longer is no word that anybody looks for."""

_ACCENTS = re.compile("[\u0300-\u036f]")
_BROKEN = re.compile("(?<=[^\\W\\d_])[-\u2010]\n(?=[^\\W\\d_])")
"""A hyphen at the end of a line."""
_INVISIBLE = re.compile("[\xad\u200b-\u200d\u2060\ufeff]")
_APOSTROPHES = re.compile("(?<=[^\\W_])['\u2019\u02bc](?=[^\\W_])")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(f"(?=[^\\W_])[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")
_TOKEN = re.compile(f"(?=[^\\W_])[{_UNSPACED}]|[^\\W_{_UNSPACED}](?:[^\\s{_UNSPACED}]*[^\\W_{_UNSPACED}])?")


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, as they are searched by."""
    return [word[:LONGEST] for word in _WORD.findall(_folded(text))]


def placed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word with where it begins and ends in the text; parts of a word share a place."""
    known: dict[str, list[str]] = {}
    for found in _TOKEN.finditer(text):
        if found[0] not in known:
            known[found[0]] = words_of(found[0])
        for word in known[found[0]]:
            yield word, found.start(), found.end()


def _folded(text: str) -> str:
    if text.isascii():
        return _BROKEN.sub("", _APOSTROPHES.sub("", text)).lower()
    plain = _BROKEN.sub("", _APOSTROPHES.sub("", _INVISIBLE.sub("", text)))
    split = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain).casefold())
    return unicodedata.normalize("NFKC", split)
