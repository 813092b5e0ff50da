"""All fingerprints of a table, a block at a time: from packed pages, or from the table itself."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, Select, select, type_coerce
from sqlalchemy.orm import Session

from dam.core.component import Fingerprint, table_of
from dam.core.database import BINARY
from dam.models.fingerprint_page import FingerprintPage
from dam.search.layout import Header, Range, layout
from dam.search.page import ROWS, Entities, decode_entities, decode_values
from dam.search.words import Words, pack

_AT_ONCE = 8 << 20
"""Bytes of pages that are read with one statement."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Block:
    """Some fingerprints: `entities` of shape (count,) in ascending order, `planes` of (words, count)."""

    entities: Entities
    planes: Words

    @classmethod
    def joined(cls, parts: Sequence["Block"], bits: int) -> "Block":
        """Return several blocks of fingerprints of that many bits as one."""
        return cls(
            np.concatenate([np.empty(0, dtype=np.int64), *(part.entities for part in parts)]),
            np.concatenate(
                [np.empty((bits // 64, 0), dtype=np.uint64), *(part.planes for part in parts)], axis=1
            ),
        )


def blocks(session: Session, fingerprint: type[Fingerprint]) -> Iterator[Block]:
    """Yield all of a table's fingerprints, in the order of their entities."""
    for part in layout(session, fingerprint):
        if isinstance(part, Range):
            yield from rows(session, fingerprint, part)
        else:
            yield from page_or_rows(session, fingerprint, part)


def page_or_rows(session: Session, fingerprint: type[Fingerprint], header: Header) -> Iterator[Block]:
    """Yield what is in a page's range, from the table if the page is damaged."""
    page = read_page(session, fingerprint, header)
    if page is None:
        yield from rows(session, fingerprint, header.range)
    else:
        yield page


def read_page(session: Session, fingerprint: type[Fingerprint], header: Header) -> Block | None:
    """Return all that is on a page, None if it is damaged."""
    ((_, planes),) = read_planes(session, fingerprint, [header])
    entities = None if planes is None else read_entities(session, header)
    return None if planes is None or entities is None else Block(entities, planes)


def read_planes(
    session: Session, fingerprint: type[Fingerprint], headers: Sequence[Header]
) -> Iterator[tuple[Header, Words | None]]:
    """Yield pages, in any order, with the fingerprints on them; None for one that is damaged."""
    page = table_of(FingerprintPage).c
    # One statement for each page would take as long as reading it does.
    some = max(1, _AT_ONCE // (ROWS * fingerprint.bits // 8))
    for start in range(0, len(headers), some):
        missing = {header.id: header for header in headers[start : start + some]}
        chosen = select(page.id, page["values"]).where(page.id.in_(list(missing)))
        for number, values in session.execute(chosen, execution_options={BINARY: True}):
            header = missing.pop(number)
            yield header, decode_values(values, header, fingerprint.bits)
        yield from ((header, None) for header in missing.values())


def read_entities(session: Session, header: Header) -> Entities | None:
    """Return whose fingerprints are on a page, None if it is damaged."""
    chosen = select(table_of(FingerprintPage).c.entities).where(FingerprintPage.id == header.id)
    entities = session.scalar(chosen, execution_options={BINARY: True})
    return decode_entities(entities or b"", header)


def rows(
    session: Session, fingerprint: type[Fingerprint], span: Range, *, limit: int | None = None
) -> Iterator[Block]:
    """Yield the fingerprints of a range, or so many of them, from the table itself."""
    result = session.execute(_rows_of(fingerprint, span).limit(limit).execution_options(yield_per=ROWS))
    for partition in result.partitions():
        block = _block(fingerprint, partition)
        if len(block.entities):
            yield block


def _rows_of(fingerprint: type[Fingerprint], span: Range) -> Select[Any]:
    value: Any = fingerprint.__table__.c.value
    raw = type_coerce(value, BigInteger) if fingerprint.bits == 64 else value
    return select(fingerprint.entity_id, raw).where(span.holds(fingerprint)).order_by(fingerprint.entity_id)


def _block(fingerprint: type[Fingerprint], partition: Any) -> Block:
    whole = [(entity, value) for entity, value in partition if _is_whole(value, fingerprint.bits)]
    if len(whole) < len(partition):
        odd = next(entity for entity, value in partition if not _is_whole(value, fingerprint.bits))
        _logger.warning(
            "damaged fingerprints: %s of %d entities, such as %d: not %d bits: they match nothing",
            fingerprint.__tablename__, len(partition) - len(whole), odd, fingerprint.bits,
        )  # fmt: skip
    entities = np.array([entity for entity, _ in whole], dtype=np.int64)
    values = [value for _, value in whole]
    if fingerprint.bits == 64:
        return Block(entities, np.array(values, dtype=np.int64).view(np.uint64).reshape(1, -1))
    return Block(entities, pack(values, fingerprint.bits))


def _is_whole(value: object, bits: int) -> bool:
    """Tell whether a row holds a fingerprint of that length: some tools write past all constraints."""
    if bits == 64:
        return isinstance(value, int)
    return isinstance(value, bytes) and len(value) == bits // 8
