"""Which entities are duplicates of each other, directly or through others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.models.relation import RelationRow
from dam.models.relation_kind import RelationKind
from dam.models.relation_member_component import IS_OPEN, RelationMemberComponent


class DuplicateLinks:
    """The open duplicate-of relations of some entities, and of all that these link them with."""

    def __init__(self, relations: Mapping[int, Collection[int]]) -> None:
        self.relations = relations
        """By entity, the relations that it is a member of."""
        self._members = defaultdict[int, list[int]](list)
        for entity, numbers in relations.items():
            for number in numbers:
                self._members[number].append(entity)

    def path(self, start: int, goals: Collection[int]) -> tuple[int, list[int]] | None:
        """Return the nearest of the goals that `start` is linked with, and the relations that link them.

        None if it is linked with none of them.
        """
        came_from: dict[int, tuple[int, int]] = {}
        crossed: set[int] = set()
        reached = [start]
        for entity in reached:
            for relation in sorted(set(self.relations.get(entity, ())) - crossed):
                crossed.add(relation)
                for other in self._members[relation]:
                    if other == start or other in came_from:
                        continue
                    came_from[other] = (entity, relation)
                    if other in goals:
                        return other, _relations_back(came_from, other)
                    reached.append(other)
        return None


def find_duplicate_links(session: Session, entities: Iterable[int]) -> DuplicateLinks:
    """Look up the links of some entities; takes a step for each relation in a chain of them."""
    relations: dict[int, set[int]] = {}
    known: set[int] = set()
    reached = set(entities)
    while reached:
        fresh = {number for some in batched(reached) for number in _duplicate_relations(session, some)}
        reached = set()
        for some in batched(fresh - known):
            for entity, number in _members(session, some):
                if entity not in relations:
                    reached.add(entity)
                relations.setdefault(entity, set()).add(number)
        known |= fresh
    return DuplicateLinks(relations)


def _duplicate_relations(session: Session, entities: Collection[int]) -> Iterable[int]:
    member = RelationMemberComponent
    return session.scalars(
        select(member.relation_id)
        .join(RelationRow, RelationRow.id == member.relation_id)
        .where(member.entity_id.in_(entities), RelationRow.kind == RelationKind.DUPLICATE_OF.value, IS_OPEN)
        .distinct()
    )


def _members(session: Session, relations: Collection[int]) -> Iterable[tuple[int, int]]:
    member = RelationMemberComponent
    statement = select(member.entity_id, member.relation_id).where(member.relation_id.in_(relations))
    return ((entity, relation) for entity, relation in session.execute(statement))


def _relations_back(came_from: Mapping[int, tuple[int, int]], end: int) -> list[int]:
    relations = []
    while end in came_from:
        end, relation = came_from[end]
        relations.append(relation)
    return relations[::-1]
