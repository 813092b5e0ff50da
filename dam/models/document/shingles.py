"""The shingles of a document, made once for every system that asks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dam.core.system import resource
from dam.models.document.document_words_component import DocumentWordsComponent, words_in_order
from dam.models.document.numbering import without_numbering

if TYPE_CHECKING:
    from dam.models.document.min_hash import Hashes


@dataclass(frozen=True)
class Shingles:
    """The hashes of the different shingles."""

    hashes: "Hashes"


@resource
def shingle(words: tuple[DocumentWordsComponent, ...]) -> Shingles:
    """Hash every four words in a row, numbering aside."""
    from dam.models.document.min_hash import shingles_of

    return Shingles(shingles_of(without_numbering(words_in_order(words))))
