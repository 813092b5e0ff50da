"""Fingerprints packed together: a derived copy of their rows, so that a scan need not read rows."""

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import RowId, Unsigned64
from dam.core.component import Base

FORMAT = 3
"""How `entities` and `values` are laid out. Pages of another format count as not there."""


class FingerprintPage(Base):
    """The fingerprints of one table whose entities are in a range of ids.

    A page that is there is true: triggers on the fingerprint's table delete it as soon as a row in its
    range comes, changes or goes. What is in no page's range is read from the table itself.
    """

    __tablename__ = "fingerprint_page"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    fingerprint: Mapped[str] = mapped_column(Text)
    """The table that the rows are from."""
    upto: Mapped[int] = mapped_column(BigInteger)
    """The last entity id of the range."""
    after: Mapped[int] = mapped_column(BigInteger)
    """The id before the first one of the range."""
    count: Mapped[int]
    format: Mapped[int] = mapped_column(SmallInteger)
    checksum: Mapped[int] = mapped_column(Unsigned64)
    """XXH3 of `values`, seeded by the range and the count."""
    entities: Mapped[bytes] = mapped_column(LargeBinary)
    """Each entity's id less `after`, as little-endian 32-bit integers, in ascending order; then their XXH3,
    seeded alike."""
    values: Mapped[bytes] = mapped_column(LargeBinary)
    """Little-endian 64-bit words: the first of every fingerprint, then the second of every one, and so on."""

    __table_args__ = (
        UniqueConstraint("fingerprint", "upto", "after"),
        # SQLite must never give a new page the number of one that somebody still has in memory.
        {"sqlite_autoincrement": True},
    )
