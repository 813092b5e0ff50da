"""Recording judgements as relations, one transaction for many, and withdrawing them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.columns import utc_now
from dam.core.database import Database, lock_table
from dam.core.state import lock_entities
from dam.errors import DamError, NothingFound, UsageError
from dam.models.consistency import find_said, require_consistent, require_entities
from dam.models.duplicate_links import find_duplicate_links
from dam.models.relation import Judgement, Relation, RelationRow
from dam.models.relation_member_component import (
    find_holding,
    make_relation,
    read_relations,
    withdraw_relations,
)


@dataclass(frozen=True)
class Related:
    """What came of a judgement: the relation that says it."""

    relation: Relation
    """Its number is 0 if it was not recorded, since that was not asked for."""
    is_new: bool


Answer = Related | UsageError | NothingFound
"""What came of a judgement, or why it cannot be recorded."""


def relate(database: Database, judgements: Sequence[Judgement], *, dry_run: bool = False) -> list[Answer]:
    """Record judgements in one transaction, and return what came of each.

    A dry run compares each with what is recorded, and not with the others.
    """
    if dry_run:
        with database.read() as session:
            return [_try(session, judgement, dry_run=True) for judgement in judgements]
    return database.retrying(lambda session: _relate(session, judgements))


def relate_one(database: Database, judgement: Judgement) -> Relation:
    """Record one judgement, and return the relation that says it; raises what is in the way."""
    (answer,) = relate(database, [judgement])
    if isinstance(answer, DamError):
        raise answer
    return answer.relation


def unrelate(database: Database, which: int | Collection[int]) -> list[Relation]:
    """Withdraw the relation of this number, or the open ones that hold all these entities."""

    def withdraw(session: Session) -> list[Relation]:
        lock_table(session, RelationRow)
        numbers = {which} if isinstance(which, int) else find_holding(session, sorted(set(which)))
        return withdraw_relations(session, numbers, utc_now())

    return database.retrying(withdraw)


def linked_by(database: Database, one: int, other: int) -> list[int]:
    """Return the relations through which two entities are duplicates, none if they are not."""
    with database.read() as session:
        path = find_duplicate_links(session, [one]).path(one, {other})
    return path[1] if path else []


def _relate(session: Session, judgements: Sequence[Judgement]) -> list[Answer]:
    # One at a time: what another one is about to say could be the same, or contradict it.
    lock_table(session, RelationRow)
    for some in batched(sorted({entity for judgement in judgements for entity in judgement.members})):
        lock_entities(session, [entity for entity in some if entity.bit_length() < 64])
    return [_try(session, judgement, dry_run=False) for judgement in judgements]


def _try(session: Session, judgement: Judgement, *, dry_run: bool) -> Answer:
    """Record a judgement unless something is in the way, which shows before anything is written."""
    try:
        require_entities(session, judgement.members)
        said = find_said(session, judgement)
        for relation in read_relations(session, [] if said is None else [said]):
            return Related(relation, is_new=False)
        require_consistent(session, judgement)
    except (UsageError, NothingFound) as error:
        return error
    if dry_run:
        return Related(Relation(**vars(judgement), id=0, made_at=utc_now()), is_new=True)
    return Related(make_relation(session, judgement, utc_now()), is_new=True)
