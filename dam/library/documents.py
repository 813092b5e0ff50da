"""What a library's documents say, and which of them resemble one."""

from typing import TYPE_CHECKING

from dam.library.limit import check_limit
from dam.models.document.text_comparison import SHARED
from dam.search.document_query import read_document_query, stored_document_query
from dam.search.file_visits import Visited
from dam.search.similar_documents import SimilarDocuments, find_similar_documents
from dam.search.text_search import FoundTexts, find_texts
from dam.search.text_terms import parse_terms

if TYPE_CHECKING:
    from dam.library.library import Library


def search_text(library: "Library", words: str, limit: int | None) -> FoundTexts:
    """Return the documents in which all words stand."""
    check_limit(limit)
    terms = parse_terms(words)
    with library.database.read() as session:
        return find_texts(session, terms, limit)


def similar_documents(
    library: "Library", document: bytes | int | Visited, shared: float | None, limit: int | None
) -> SimilarDocuments:
    """Return the documents that resemble one, a path or an entity."""
    check_limit(limit)
    if isinstance(document, int):
        with library.database.read() as session:
            query = stored_document_query(session, document)
    else:
        query = read_document_query(library.registry, library.executor, document)
    with library.database.read() as session:
        return find_similar_documents(session, query, SHARED if shared is None else shared, limit=limit)
