"""How many rows a table has, without counting all of them: pages of mere counts, which triggers keep true."""

from collections.abc import Collection
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dam.core.component import Component, Fingerprint
from dam.core.database import Database, lock_table
from dam.models.fingerprint_page import FORMAT, FingerprintPage
from dam.search.layout import WORTH_PACKING, Header, Range, is_watched, layout, seal, write_page

ROWS = 65536
"""Rows that are counted together at the end of a table."""


def count_rows(session: Session, component: type[Component]) -> int:
    """Count a table's rows, by what its pages say of themselves where it has some."""
    return sum(_count_part(session, component, part) for part in layout(session, component))


def _count_part(session: Session, component: type[Component], part: Header | Range) -> int:
    if isinstance(part, Range):
        return _count_range(session, component, part)
    # Pages with fingerprints have a checksum over these too, which is not looked at here.
    is_damaged = part.count < 1 or (not issubclass(component, Fingerprint) and part.checksum != part.seal)
    return _count_range(session, component, part.range) if is_damaged else part.count


def pack_counts(
    database: Database,
    components: Collection[type[Component]],
    *,
    least: int = WORTH_PACKING,
    size: int = ROWS,
) -> int:
    """Write down how many rows are where that is not yet known; return how many pages were written.

    Gaps of fewer than `least` rows are left; what is new at the end is counted by the `size`.
    """
    written = 0
    for component in components:
        with database.read() as session:
            worth = _next_page(session, component, least, size) is not None
        while worth and database.retrying(partial(_pack_one, component, least, size)):
            written += 1
    return written


def _pack_one(component: type[Component], least: int, size: int, session: Session) -> bool:
    # On PostgreSQL this also waits for those whose rows the triggers have seen but nobody else has.
    lock_table(session, FingerprintPage)
    found = _next_page(session, component, least, size)
    if found is None:
        return False
    after, upto, count = found
    page = {
        "fingerprint": component.__tablename__, "after": after, "upto": upto, "count": count,
        "format": FORMAT, "checksum": seal(after, upto, count), "entities": b"", "values": b"",
    }  # fmt: skip
    write_page(session, page)
    return True


def _next_page(
    session: Session, component: type[Component], least: int, size: int
) -> tuple[int, int, int] | None:
    """Return the next range to count, and how many rows are in it."""
    if not is_watched(session, component):
        return None
    for part in layout(session, component):
        if isinstance(part, Header):
            continue
        if part.upto is not None:
            count = _count_range(session, component, part)
            if count >= least:
                return part.after, part.upto, count
            continue
        ids = select(component.entity_id).where(component.entity_id > part.after).distinct()
        last = session.scalar(ids.order_by(component.entity_id).offset(size - 1).limit(1))
        if last is not None:
            return part.after, last, _count_range(session, component, Range(part.after, last))
    return None


def _count_range(session: Session, component: type[Component], span: Range) -> int:
    statement = select(func.count()).select_from(component).where(span.holds(component))
    return session.scalar(statement) or 0
