"""Documents that resemble one: nearly the same text in whatever format, and parts of others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from dam.core.ledger import LedgerRow
from dam.models.current_values import are_current
from dam.models.document import DocumentComponent
from dam.models.document.document_fingerprint_component import DocumentFingerprintComponent, fingerprint
from dam.models.document.document_text_component import extract_text
from dam.models.document.text_comparison import SHARED, Overlap
from dam.search.compared import itself
from dam.search.waiting import count_waiting

_SAMPLE_LEAST = 5
"""Shingles in common that a part of something has to show by."""
_ALIKE = 0.5
"""How long the shorter text is at least, compared with the other, for the fingerprints to tell."""


@dataclass(frozen=True)
class DocumentQuery:
    """A document to compare with: one that the library has, or any other."""

    value: bytes
    shingles: int
    """How many different ones it has."""
    sample: Sequence[int]
    entity: int | None = None
    sha256: bytes | None = None
    """What tells whether the library has it, if its entity is not known."""


@dataclass(frozen=True)
class SimilarDocument:
    """A document that resembles what was asked about."""

    entity: int
    relation: str
    """What was asked about is the `same`, a `part` of it, the `whole` that it is a part of, or `overlaps`."""
    shared: float
    """Per cent of the shingles of the shorter text that the other one has, too, as far as can be told."""
    resemblance: float
    """Per cent of all shingles of both that both have."""


@dataclass(frozen=True)
class SimilarDocuments:
    """The matches, best first, and what could not be compared."""

    matches: list[SimilarDocument] = field(default_factory=list)
    found: int = 0
    """How many there are, also those beyond the limit."""
    uncompared: int = 0
    """Documents in the library whose text is still to be read."""


@dataclass(frozen=True)
class _Known:
    value: bytes
    shingles: int


def find_similar_documents(
    session: Session, query: DocumentQuery, shared: float = SHARED, *, limit: int | None = None
) -> SimilarDocuments:
    """Return the documents that have so many per cent of the shorter text in common with one, best first."""
    from dam.models.document.min_hash import bands_of, unpacked
    from dam.search.document_candidates import candidates, probes, sample_sizes

    near = candidates(session, bands_of(unpacked(query.value)), query.sample)
    near.pop(itself(session, query.entity, query.sha256), None)
    sizes = sample_sizes(session, list(near))
    asked = len(probes(query.sample))
    matches = []
    for entity, known in fingerprints_of(session, list(near)).items():
        # What was not asked for has to count as if it had been found as often as the rest.
        common = near[entity] * len(query.sample) / max(1, asked)
        found = _compared(entity, query, known, common, sizes.get(entity, 0))
        if found is not None and found.shared >= shared:
            matches.append(found)
    matches.sort(key=lambda match: (-match.resemblance, -match.shared, match.entity))
    uncompared = count_waiting(session, DocumentComponent, extract_text)
    return SimilarDocuments(matches[:limit], len(matches), uncompared)


def _compared(
    entity: int, query: DocumentQuery, known: _Known, common: float, sampled: int
) -> SimilarDocument | None:
    """Return what two texts have in common, estimated from the fingerprints or from the samples."""
    from dam.models.document.min_hash import resemblance, unpacked

    shorter, longer = sorted((query.shingles, known.shingles))
    if shorter >= _ALIKE * longer:
        alike = resemblance(unpacked(query.value), unpacked(known.value))
        overlap = Overlap.of_resemblance(alike, query.shingles, known.shingles)
    elif common >= _SAMPLE_LEAST:
        in_query = min(1.0, common / max(1, len(query.sample)))
        in_known = min(1.0, common / max(1.0, sampled, common))
        overlap = Overlap(in_query, in_known)
        both = in_query * query.shingles if query.shingles < known.shingles else in_known * known.shingles
        alike = both / (shorter + longer - both)
    else:
        return None
    return SimilarDocument(entity, overlap.relation, 100 * overlap.most, 100 * alike)


def fingerprints_of(session: Session, entities: Sequence[int]) -> dict[int, _Known]:
    """Return the fingerprints of these entities; those without a current one are left out."""
    value = DocumentFingerprintComponent
    current = and_(LedgerRow.entity_id == value.entity_id, are_current(session, fingerprint))
    statement = (
        select(value.entity_id, value.value, value.shingles)
        .join(LedgerRow, current)
        .where(value.entity_id.in_(entities))
        .order_by(value.entity_id)
    )
    return {entity: _Known(bytes(words), count) for entity, words, count in session.execute(statement).all()}
