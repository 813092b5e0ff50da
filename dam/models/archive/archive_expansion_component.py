"""How far an archive was expanded, and what came of it."""

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.columns import RowId
from dam.core.component import Component, Entity
from dam.core.ledger import LedgerRow, SystemRow
from dam.core.step import Step
from dam.models.archive import ArchiveComponent
from dam.models.member_location_component import MemberLocationComponent
from dam.models.stored_copy_component import StoredCopyComponent

EXPAND = Step("archive.expand", version=1, on=ArchiveComponent)
"""Makes every member of an archive an entity, whose place is in the archive."""


TOO_DEEP = "not expanded: it lies"
"""How the reason begins for which an archive is not expanded until it is found somewhere else."""


class ArchiveExpansionComponent(Component):
    """What was found in an archive, as far as it was looked at.

    As long as the ledger says nothing of the step, it is under way: the next run goes on at `position`.
    """

    version: Mapped[int]
    """The version of the step."""
    outermost_id: Mapped[int] = mapped_column(RowId, index=True)
    """The archive that is in no other one and has this one in it, or this one: all in it share its limits."""
    copies: Mapped[bool] = mapped_column(Boolean)
    """Whether members are copied into the store."""
    position: Mapped[int] = mapped_column(RowId, default=0)
    """The entry that comes next."""
    members: Mapped[int] = mapped_column(BigInteger, default=0)
    """Files that were read."""
    unpacked: Mapped[int] = mapped_column(BigInteger, default=0)
    """Their bytes."""
    failures: Mapped[int] = mapped_column(BigInteger, default=0)
    """Files that could not be read."""
    failure: Mapped[str | None] = mapped_column(Text, default=None)
    """The first of them, and why."""


def expanded_within(session: Session, outermost: int, *, besides: int) -> tuple[int, int]:
    """Return how many members, of how many bytes, were found in an outermost archive, but for one archive."""
    row = ArchiveExpansionComponent
    sums = func.coalesce(func.sum(row.members), 0), func.coalesce(func.sum(row.unpacked), 0)
    found = select(*sums).where(row.outermost_id == outermost, row.entity_id != besides)
    members, unpacked = session.execute(found).one()
    return int(members), int(unpacked)


def was_too_deep() -> ColumnElement[bool]:
    """Return the condition that an archive was left alone because of where it was found."""
    own = select(LedgerRow.entity_id).join(SystemRow, SystemRow.id == LedgerRow.system_id)
    own = own.where(LedgerRow.entity_id == Entity.id, SystemRow.name == EXPAND.name)
    return own.where(LedgerRow.message.startswith(TOO_DEEP)).correlate(Entity).exists()


def has_members_to_copy() -> ColumnElement[bool]:
    """Return the condition that an archive has members that no store holds by themselves."""
    place = MemberLocationComponent
    copied = select(StoredCopyComponent.entity_id).where(StoredCopyComponent.entity_id == place.entity_id)
    own = select(place.entity_id).where(place.container_id == Entity.id, ~copied.exists())
    return own.correlate(Entity).exists()
