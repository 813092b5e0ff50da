"""Whether a judgement may stand beside those that are open.

Duplicates of duplicates are duplicates, so none of those may be apart: said to be no duplicates, or one an
alternate of the other. An alternate is no duplicate, so that these two kinds go together.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.component import Entity
from dam.errors import NothingFound, UsageError
from dam.models.duplicate_links import find_duplicate_links
from dam.models.relation import Judgement, RelationRow, name_all
from dam.models.relation_kind import RelationKind
from dam.models.relation_member_component import (
    IS_OPEN,
    RelationMemberComponent,
    find_holding,
)

_LARGEST_ID = (1 << 63) - 1


def require_entities(session: Session, entities: Collection[int]) -> None:
    """Raise NothingFound unless all these entities are there."""
    possible = [entity for entity in entities if 0 < entity <= _LARGEST_ID]
    there: set[int] = set()
    for some in batched(possible):
        there |= set(session.scalars(select(Entity.id).where(Entity.id.in_(some))))
    missing = sorted(set(entities) - there)
    if missing:
        raise NothingFound(f"not found: {name_all(missing)}: the library has no such asset")


def find_said(session: Session, judgement: Judgement) -> int | None:
    """Return the first open relation that says all of this already, of these members and maybe more."""
    conditions: list[ColumnElement[bool]] = [RelationRow.kind == judgement.kind.value]
    if judgement.target is not None:
        conditions.append(RelationRow.target_id == judgement.target)
    return min(find_holding(session, judgement.members, *conditions), default=None)


def require_consistent(session: Session, judgement: Judgement) -> None:
    """Raise UsageError, naming what is in the way, if the judgement contradicts what is open."""
    links = find_duplicate_links(session, judgement.members)
    if judgement.kind is RelationKind.DUPLICATE_OF:
        _refuse_what_is_apart(session, {*judgement.members, *links.relations})
        return
    starts = judgement.members if judgement.target is None else [judgement.target]
    for start in starts:
        if linked := links.path(start, set(judgement.members)):
            other, relations = linked
            raise _contradiction({start, other}, relations, RelationKind.DUPLICATE_OF)


def _refuse_what_is_apart(session: Session, duplicates: set[int]) -> None:
    """Raise UsageError if two of these are said to be no duplicates, or alternates."""
    member = RelationMemberComponent
    columns = (member.entity_id, RelationRow.id, RelationRow.kind, RelationRow.target_id)
    statement = select(*columns).join(RelationRow, RelationRow.id == member.relation_id)
    kinds = (RelationKind.ALTERNATE_OF.value, RelationKind.NOT_A_DUPLICATE.value)
    apart = statement.where(IS_OPEN, RelationRow.kind.in_(kinds))
    first: dict[int, int] = {}
    for some in batched(sorted(duplicates)):
        for entity, relation, kind, target in session.execute(apart.where(member.entity_id.in_(some))):
            # Of alternates only the target and another one are told apart, not two of the others.
            of_alternates = kind == RelationKind.ALTERNATE_OF
            other = target if of_alternates else first.setdefault(relation, entity)
            if other in duplicates and other != entity:
                raise _contradiction({other, entity}, [relation], RelationKind(kind))


def _contradiction(entities: Collection[int], relations: list[int], kind: RelationKind) -> UsageError:
    says = "relation {} says" if len(relations) == 1 else "relations {} say"
    which = "it" if len(relations) == 1 else "one of them"
    return UsageError(
        f"cannot relate: {name_all(sorted(entities))}: {says.format(name_all(relations))} {kind}",
        hint=f"withdraw {which} first: dam-cli unrelate --id {relations[0]}",
    )
