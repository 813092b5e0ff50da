"""Keeping the packed pages of fingerprints current, after adding and running."""

from collections.abc import Collection
from functools import partial

from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.core.database import Database, lock_table
from dam.models.fingerprint_page import FingerprintPage
from dam.search.blocks import Block, read_page, rows
from dam.search.layout import WORTH_PACKING, Header, Range, page_headers, unpacked, write_page
from dam.search.page import ROWS, SPAN, fit, make_page


def pack(
    database: Database,
    fingerprints: Collection[type[Fingerprint]],
    *,
    least: int = WORTH_PACKING,
    size: int = ROWS,
) -> int:
    """Pack what is in no page yet, a page in each transaction; return how many pages were written.

    Of each stretch of fewer than `least` rows nothing is packed. A full page has `size` rows.
    """
    return sum(_pack_table(database, fingerprint, least, size) for fingerprint in fingerprints)


def _pack_table(database: Database, fingerprint: type[Fingerprint], least: int, size: int) -> int:
    with database.read() as session:
        wanting = list(unpacked(session, fingerprint, least))
    written = 0
    for span in wanting:
        after = span.after
        while (
            upto := database.retrying(partial(_pack_one, fingerprint, size, Range(after, span.upto)))
        ) is not None:
            written += 1
            after = upto
    return written


def _pack_one(fingerprint: type[Fingerprint], size: int, span: Range, session: Session) -> int | None:
    """Write one page of what comes first in a range; return up to where it goes, None if nothing does."""
    # On PostgreSQL this also waits for those whose rows the triggers have seen but nobody else has.
    lock_table(session, FingerprintPage)
    before, free = _free_part(session, fingerprint, span)
    if free is None:
        return None
    known = read_page(session, fingerprint, before) if before is not None and before.count < size else None
    room = size - (len(known.entities) if known else 0)
    fresh = next(rows(session, fingerprint, free, limit=room), None)
    if fresh is None:
        return None
    # Of ids far beyond all others none would fit into a page that begins where those end.
    after = free.after if fit(free.after, fresh.entities) else int(fresh.entities[0]) - 1
    block = fresh
    if known is not None and before is not None and int(fresh.entities[-1]) - before.after < SPAN:
        after = before.after
        block = Block.joined([known, fresh], fingerprint.bits)
    fitting = fit(after, block.entities, size)
    entities, planes = block.entities[:fitting], block.planes[:, :fitting]
    is_all = len(fresh.entities) < room and fitting == len(block.entities)
    upto = free.upto if is_all and free.upto is not None else int(entities[-1])
    write_page(session, make_page(fingerprint.__tablename__, after, upto, entities, planes))
    return upto


def _free_part(
    session: Session, fingerprint: type[Fingerprint], span: Range
) -> tuple[Header | None, Range | None]:
    """Return the page before the first part of a range that is in no page, and that part."""
    before: Header | None = None
    after = span.after
    for header in page_headers(session, fingerprint):
        if header.after <= after:
            before = header
            after = max(after, header.upto)
        elif span.upto is None or header.after < span.upto:
            return _adjacent(before, after), Range(after, header.after)
    if span.upto is not None and after >= span.upto:
        return None, None
    return _adjacent(before, after), Range(after, span.upto)


def _adjacent(before: Header | None, after: int) -> Header | None:
    return before if before is not None and before.upto == after else None
