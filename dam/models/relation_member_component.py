"""Which assets a relation is about, and the functions that make, withdraw and list relations."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, func, insert, select, type_coerce, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import NullType

from dam.core.batched import PARAMETERS, batched
from dam.core.columns import RowId, moment_of
from dam.core.component import Component, table_of
from dam.errors import IntegrityError
from dam.models.relation import Evidence, Judgement, Relation, RelationRow
from dam.models.relation_kind import RelationKind

_logger = logging.getLogger(__name__)


class RelationMemberComponent(Component):
    """That the entity is a member of a relation, open or withdrawn; the target is one, too."""

    relation_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("relation.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


IS_OPEN = RelationRow.withdrawn_at.is_(None)


def make_relation(session: Session, judgement: Judgement, when: datetime) -> Relation:
    """Record a judgement, whatever else is recorded: one row, and one for each member."""
    row = RelationRow(
        kind=judgement.kind.value,
        target_id=judgement.target,
        evidence=judgement.evidence.to_json(),
        made_at=when,
    )
    session.add(row)
    session.flush()
    members = [{"entity_id": entity, "relation_id": row.id} for entity in judgement.members]
    session.execute(insert(table_of(RelationMemberComponent)), members)
    return Relation(**vars(judgement), id=row.id, made_at=when)


def withdraw_relations(session: Session, relation_ids: Collection[int], when: datetime) -> list[Relation]:
    """Withdraw those of the relations that are open, and return them. Their rows stay."""
    withdrawn: list[int] = []
    for some in batched(sorted({relation.id for relation in read_relations(session, relation_ids)})):
        changed = update(RelationRow).where(RelationRow.id.in_(some), IS_OPEN).values(withdrawn_at=when)
        withdrawn += session.scalars(
            changed.returning(RelationRow.id).execution_options(synchronize_session=False)
        )
    return list(read_relations(session, withdrawn))


def list_relations(
    session: Session, entity: int | None = None, *, withdrawn: bool = False
) -> Iterator[Relation]:
    """Yield the open relations by number, all or those of one entity, if asked the withdrawn ones too.

    They are read a few hundred at a time.
    """
    conditions: list[ColumnElement[bool]] = [] if withdrawn else [IS_OPEN]
    if entity is not None:
        own = select(RelationMemberComponent.relation_id).where(RelationMemberComponent.entity_id == entity)
        conditions.append(RelationRow.id.in_(own))
    last = 0
    while True:
        statement = select(RelationRow.id).where(RelationRow.id > last, *conditions)
        some = list(session.scalars(statement.order_by(RelationRow.id).limit(PARAMETERS)))
        if not some:
            return
        yield from read_relations(session, some)
        last = some[-1]


def read_relations(session: Session, relation_ids: Collection[int]) -> Iterator[Relation]:
    """Yield these relations, by number; those that say nothing any more are left out.

    So are those that cannot be read, with a warning.
    """
    for some in batched(sorted(relation_ids)):
        members = defaultdict[int, list[int]](list)
        member = RelationMemberComponent
        statement = select(member.relation_id, member.entity_id).where(member.relation_id.in_(some))
        for relation, entity in session.execute(statement.order_by(member.entity_id)):
            if is_entity(relation, entity):
                members[relation].append(entity)
        # Columns, since a row object would be read no more in a session that has it already; as the
        # database has them, since one that a tool has damaged must not end the whole list.
        columns = [type_coerce(column, NullType()) for column in table_of(RelationRow).c]
        chosen = select(*columns).where(RelationRow.id.in_(some)).order_by(RelationRow.id)
        for row in session.execute(chosen):
            if len(members[row.id]) > 1 and (read := _read(row, members[row.id])):
                yield read


def is_entity(relation: int, member: object) -> bool:
    """Tell whether a member can be one, which only a damaged row denies; that is a warning."""
    if not isinstance(member, int):
        _logger.warning("damaged relation: %d: a member of it is no entity", relation)
        return False
    return True


def _read(row: Any, members: Sequence[int]) -> Relation | None:
    try:
        if not isinstance(row.target_id, int | None):
            raise IntegrityError("damaged row: a target that is no entity")
        return Relation(
            id=row.id,
            kind=RelationKind(row.kind),
            members=tuple(members),
            target=row.target_id,
            evidence=Evidence.from_json(row.evidence),
            made_at=moment_of(row.made_at),
            withdrawn_at=None if row.withdrawn_at is None else moment_of(row.withdrawn_at),
        )
    except (ValueError, IntegrityError):
        _logger.warning("damaged relation: %d: it is not shown", row.id)
        return None


def find_holding(session: Session, entities: Sequence[int], *conditions: ColumnElement[bool]) -> set[int]:
    """Return the open relations of which all these entities are members, if they meet the conditions."""
    member = RelationMemberComponent
    found: set[int] | None = None
    for some in batched(entities):
        statement = (
            select(member.relation_id)
            .join(RelationRow, RelationRow.id == member.relation_id)
            .where(member.entity_id.in_(some), IS_OPEN, *conditions)
            .group_by(member.relation_id)
            .having(func.count() == len(some))
        )
        holding = set(session.scalars(statement))
        found = holding if found is None else found & holding
        if not found:
            break
    return found or set()
