"""Which of a table's fingerprints are in packed pages; found out without numpy."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, text
from sqlalchemy.orm import Session

from dam.core.component import Component, Values, table_of
from dam.models.fingerprint_page import FORMAT, FingerprintPage

WORTH_PACKING = 1024
"""Rows outside of pages from which on they are packed: fewer are read in a millisecond."""


@dataclass(frozen=True)
class Range:
    """Entities after one id, up to another; None has no end."""

    after: int
    upto: int | None = None

    def holds(self, component: type[Component]) -> ColumnElement[bool]:
        """Return the condition that a component's entity is in it."""
        beyond = component.entity_id > self.after
        return beyond if self.upto is None else and_(beyond, component.entity_id <= self.upto)


@dataclass(frozen=True)
class Header:
    """A page, without what is on it."""

    id: int
    after: int
    upto: int
    count: int
    checksum: int

    @property
    def seal(self) -> int:
        """Return what the page's checksum is seeded by."""
        return seal(self.after, self.upto, self.count)

    @property
    def range(self) -> Range:
        """Return the entities whose fingerprints are on it, if they have one."""
        return Range(self.after, self.upto)


def seal(after: int, upto: int, count: int) -> int:
    """Return a number that nearly any other range or count changes."""
    mixed = after * 0x9E3779B97F4A7C15 + upto * 0xC2B2AE3D27D4EB4F + count * 0x165667B19E3779F9
    return mixed % (1 << 64)


def layout(session: Session, fingerprint: type[Component]) -> Iterator[Header | Range]:
    """Yield what a fingerprint's table consists of: pages, and ranges that are in no page."""
    covered = 0
    for header in page_headers(session, fingerprint):
        if header.after > covered:
            yield Range(covered, header.after)
        yield header
        covered = header.upto
    yield Range(covered)


def page_headers(session: Session, fingerprint: type[Component]) -> list[Header]:
    """Return a fingerprint's pages in the order of their ranges, which never overlap.

    If nobody watches the table any more, no page of it is believed.
    """
    if not is_watched(session, fingerprint):
        return []
    page = FingerprintPage
    columns = (page.id, page.after, page.upto, page.count, page.checksum)
    chosen = select(*columns).where(page.fingerprint == fingerprint.__tablename__, page.format == FORMAT)
    found: list[Header] = []
    covered = 0
    for number, after, upto, count, checksum in session.execute(chosen.order_by(page.upto, page.after)):
        if after >= covered:
            found.append(Header(number, after, upto, count, checksum))
            covered = upto
    return found


def write_page(session: Session, values: Values) -> None:
    """Add a page in place of those of any format whose ranges overlap its own."""
    page = FingerprintPage
    overlap = (page.upto > values["after"], page.after < values["upto"])
    session.execute(delete(page).where(page.fingerprint == values["fingerprint"], *overlap))
    session.execute(insert(table_of(page)), [values])


def unpacked(session: Session, fingerprint: type[Component], least: int = WORTH_PACKING) -> Iterator[Range]:
    """Yield the ranges outside of pages in which there is enough to pack."""
    if not is_watched(session, fingerprint):
        return
    for part in layout(session, fingerprint):
        if isinstance(part, Range):
            within = select(fingerprint.entity_id).where(part.holds(fingerprint))
            if session.scalar(select(func.count()).select_from(within.limit(least).subquery())) == least:
                yield part


def is_watched(session: Session, fingerprint: type[Component]) -> bool:
    """Tell whether the database itself deletes this fingerprint's pages when they are not true any more."""
    wanted = [f"packed_{fingerprint.__tablename__}_{event}" for event in ("insert", "update", "delete")]
    if session.get_bind().dialect.name == "sqlite":
        found = text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (:a, :b, :c)")
    else:
        found = text("SELECT count(DISTINCT tgname) FROM pg_trigger WHERE tgname IN (:a, :b, :c)")
    count: int = session.execute(found, dict(zip("abc", wanted, strict=True))).scalar_one()
    return count == len(wanted)
