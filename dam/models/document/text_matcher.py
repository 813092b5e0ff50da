"""What finds the same text in several formats."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.columns import bytes_of, damaged
from dam.core.component import table_of
from dam.core.ledger import LedgerRow
from dam.core.matcher import Compared, Match, Matcher, Measures, Quality, Strictness
from dam.models.current_values import are_current
from dam.models.document import DocumentComponent
from dam.models.document.document_fingerprint_component import DocumentFingerprintComponent, fingerprint
from dam.models.document.document_properties_component import DocumentPropertiesComponent
from dam.models.document.document_text_component import extract_text
from dam.models.document.text_comparison import Overlap

SHARED = {Strictness.TIGHT: 0.97, Strictness.DEFAULT: 0.85, Strictness.LOOSE: 0.6}
"""How much of each text the other has to have."""
_AT_ONCE = 1000
_SIGNATURE = 512
_PLAIN = ("text/plain", "text/markdown", "text/csv")
_SIMPLE = ("text/", "application/rtf", "application/xhtml+xml", "message/")


class SameText(Matcher):
    """Documents by MinHash over the words, four in a row."""

    kind = DocumentComponent
    name = "text"
    likeness = "same text"
    meaning = "other files or formats, nearly the same words"
    preference = "the richest format first, then what it says about itself, metadata and age"
    system = extract_text

    def prints(self, session: Session) -> Iterator[tuple[int, bytes]]:
        """Yield the fingerprints, each with the number of shingles in eight more bytes."""
        table = table_of(DocumentFingerprintComponent).c
        statement = _current(session).order_by(table.entity_id).limit(_AT_ONCE)
        last = 0
        while rows := session.execute(statement.where(table.entity_id > last)).all():
            for entity, value, shingles in rows:
                yield entity, _print(value, shingles)
            last = rows[-1][0]

    def matches(self, session: Session, compared: Compared) -> Iterator[Match]:
        """Yield the pairs each of which has most of the other; that takes 520 bytes for each document."""
        import numpy as np

        from dam.models.document.min_hash import BANDS
        from dam.models.document.text_join import resembling

        done = compared.expect(BANDS)
        prints = np.zeros((len(compared.entities), _SIGNATURE + 8), dtype=np.uint8)
        start = 0
        for some in batched(compared.entities):
            found = _prints(session, some)
            for number, entity in enumerate(some, start):
                prints[number] = np.frombuffer(found.get(entity, bytes(_SIGNATURE + 8)), dtype=np.uint8)
            start += len(some)
        signatures = prints[:, :_SIGNATURE].view("<u4")
        sizes = np.ascontiguousarray(prints[:, _SIGNATURE:]).view("<i8")[:, 0]
        least = SHARED[compared.strictness]
        for ones, others, alike in resembling(signatures, compared.asked, done):
            both = alike / (1 + alike) * (sizes[ones] + sizes[others])
            shared = both / np.maximum(sizes[ones], sizes[others]).clip(1)
            for place in np.flatnonzero(shared >= least).tolist():
                yield Match(int(ones[place]), int(others[place]), round(255 * (1 - min(1.0, shared[place]))))

    def measure(self, session: Session, entity: int, others: Sequence[int]) -> dict[int, Measures]:
        """Return the per cent of the shorter text that the other has, and of both that both have."""
        from dam.models.document.min_hash import resemblance, unpacked

        found: dict[int, bytes] = {}
        for some in batched([entity, *others]):
            found |= _prints(session, some)
        asked = found.pop(entity, b"")
        measured: dict[int, Measures] = {}
        for other, known in found.items() if asked else ():
            alike = resemblance(unpacked(asked[:_SIGNATURE]), unpacked(known[:_SIGNATURE]))
            sizes = (int.from_bytes(one[_SIGNATURE:], "little") for one in (asked, known))
            shared = Overlap.of_resemblance(alike, *sizes).most
            measured[other] = {"shared": round(100 * shared, 1), "resemblance": round(100 * alike, 1)}
        return measured

    def qualities(self, session: Session, entities: Sequence[int]) -> dict[int, Quality]:
        """Return how much a format can hold beside the words, and how much the document says about itself."""
        kinds, told = table_of(DocumentComponent).c, DocumentPropertiesComponent
        found: dict[int, Quality] = {}
        for some in batched(entities):
            types = session.execute(
                select(kinds.entity_id, kinds.media_type).where(kinds.entity_id.in_(some))
            )
            facts = session.scalars(select(told).where(told.entity_id.in_(some)))
            counts = {one.entity_id: _count_told(one) for one in facts}
            found |= {entity: (_richness(kind), counts.get(entity, 0)) for entity, kind in types}
        return found

    def facts(self, session: Session, entity: int) -> str:
        """Return its title, its author and how many pages it has."""
        known = session.get(DocumentPropertiesComponent, entity)
        if known is None:
            return ""
        pages = f"{known.pages} {'page' if known.pages == 1 else 'pages'}" if known.pages else None
        return ", ".join(told for told in (known.title, known.author, pages) if told)


def _current(session: Session) -> Select[Any]:
    table = table_of(DocumentFingerprintComponent).c
    current = and_(LedgerRow.entity_id == table.entity_id, are_current(session, fingerprint))
    return select(table.entity_id, table.value, table.shingles).join(LedgerRow, current)


def _prints(session: Session, entities: Sequence[int]) -> dict[int, bytes]:
    table = table_of(DocumentFingerprintComponent).c
    rows = session.execute(_current(session).where(table.entity_id.in_(entities)))
    return {entity: _print(value, shingles) for entity, value, shingles in rows}


def _print(value: bytes, shingles: int) -> bytes:
    if not isinstance(shingles, int) or not 0 < shingles < 1 << 63:
        raise damaged(shingles, "a number of shingles")
    return bytes_of(value) + shingles.to_bytes(8, "little")


def _richness(media_type: str) -> int:
    """Return 2 for formats with layout, pictures and more, 1 for those with less, 0 for plain text."""
    if media_type.startswith(_PLAIN):
        return 0
    return 1 if media_type.startswith(_SIMPLE) else 2


def _count_told(known: DocumentPropertiesComponent) -> int:
    told = (known.title, known.author, known.created, known.modified, known.pages)
    return sum(one is not None for one in told)


MATCHER = SameText()
