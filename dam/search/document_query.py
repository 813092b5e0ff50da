"""Documents to compare with: files, read without being added, and what the library has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.executor import Executor
from dam.core.ledger import Entry, Outcome, read_entries
from dam.core.path_text import show_path
from dam.core.recognition import NAME as RECOGNISE
from dam.core.registry import Registry
from dam.errors import UsageError
from dam.models.document import DocumentComponent
from dam.models.document.document_fingerprint_component import DocumentFingerprintComponent, fingerprint
from dam.models.document.document_shingle_component import DocumentShingleComponent, sample_shingles
from dam.models.document.document_text_component import extract_text
from dam.models.document.document_words_component import list_words
from dam.search.file_visits import Visited, visit_file
from dam.search.similar_documents import DocumentQuery, fingerprints_of

_CHAIN = (extract_text, list_words, fingerprint)
"""The systems that lead to a fingerprint: the first of them that made nothing says why there is none."""
SYSTEMS = frozenset({sample_shingles.name, *(system.name for system in _CHAIN)})
"""What has to run on a file for it to be compared."""


def read_document_query(registry: Registry, executor: Executor, asked: bytes | Visited) -> DocumentQuery:
    """Fingerprint the file at a path with the very systems the library uses, unless it was visited already.

    Raises UsageError for what is no document, has too little text or cannot be read, SourceError for what
    cannot be opened.
    """
    visited = visit_file(registry, executor, asked, {RECOGNISE, *SYSTEMS})
    name, result = show_path(visited.path), visited.result
    if result.content != "fine":
        raise UsageError(f"cannot compare: {name}: {result.content_message or 'it cannot be read'}")
    if not result.products.get(DocumentComponent):
        raise UsageError(f"cannot compare: {name}: not a document")
    if made := result.products.get(DocumentFingerprintComponent):
        sample = [row["hash"] for row in result.products.get(DocumentShingleComponent, [])]
        return DocumentQuery(**made[0], sample=sample, sha256=visited.source.sha256)
    runs = {run.system: Entry(run.version, run.outcome, run.message) for run in result.runs}
    raise _refusal(name, runs)


def stored_document_query(session: Session, entity: int) -> DocumentQuery:
    """Return an entity by the fingerprint that the library has of it; raises UsageError if it has none."""
    known = fingerprints_of(session, [entity]).get(entity)
    if known is not None:
        table = DocumentShingleComponent
        sample = list(session.scalars(select(table.hash).where(table.entity_id == entity)))
        return DocumentQuery(known.value, known.shingles, sample, entity)
    if session.get(DocumentComponent, entity) is None:
        raise UsageError(f"cannot compare: entity {entity}: not a document")
    raise _refusal(f"entity {entity}", read_entries(session, [entity])[entity])


def _refusal(name: str, entries: dict[str, Entry]) -> UsageError:
    """Say why there is no fingerprint."""
    for system in _CHAIN:
        entry = entries.get(system.name)
        if entry is None or entry.version != system.version:
            return UsageError(f"cannot compare: {name}: it has no current fingerprint", hint="dam-cli run")
        if entry.outcome is Outcome.NOTHING:
            return UsageError(f"cannot compare: {name}: no text in it, or too little")
        if entry.outcome is not Outcome.DONE:
            needs = "needs " if entry.outcome is Outcome.UNAVAILABLE else ""
            return UsageError(f"cannot compare: {name}: {needs}{entry.message}")
    return UsageError(f"cannot compare: {name}: no text in it, or too little")
