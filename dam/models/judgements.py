"""What was decided about pairs, for whoever goes through very many of them."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.models.duplicate_links import find_duplicate_links
from dam.models.relation import RelationRow
from dam.models.relation_kind import RelationKind
from dam.models.relation_member_component import IS_OPEN, RelationMemberComponent

_FEW = 1000
"""Up to so many entities are looked up one by one."""
_READ_AHEAD = 10_000


class Judgements:
    """The open relations of some entities at one moment, held in three arrays: up to 24 bytes a membership.

    Each entity has the labels of its relations; relations of duplicates that share a member share the
    label. So two entities are judged if they have a label in common.
    """

    def __init__(self, members: Iterable[tuple[int, int]], duplicates: Iterable[int]) -> None:
        """Take entities with their relations, in the order of the entities; some are of duplicates."""
        self._entities, self._starts, self._labels = array("q"), array("q"), array("q")
        parents = {relation: relation for relation in duplicates}
        linking = 0
        for entity, relation in members:
            if not self._entities or self._entities[-1] != entity:
                self._entities.append(entity)
                self._starts.append(len(self._labels))
                linking = 0
            self._labels.append(relation)
            if relation in parents:
                linking = _unite(parents, linking, relation) if linking else relation
        self._starts.append(len(self._labels))
        self._relabel(parents)

    def covers(self, a: int, b: int) -> bool:
        """Tell whether it was decided what these two are to each other, in any way; takes 1 to 3 us."""
        start, end = self._span(a)
        other_start, other_end = self._span(b)
        if end - start > other_end - other_start:
            start, end, other_start, other_end = other_start, other_end, start, end
        for place in range(start, end):
            label = self._labels[place]
            found = bisect_left(self._labels, label, other_start, other_end)
            if found < other_end and self._labels[found] == label:
                return True
        return False

    def labels(self, entity: int) -> Sequence[int]:
        """Return the entity's labels, of which two entities that were judged have one in common."""
        start, end = self._span(entity)
        return self._labels[start:end]

    def _span(self, entity: int) -> tuple[int, int]:
        place = bisect_left(self._entities, entity)
        if place == len(self._entities) or self._entities[place] != entity:
            return 0, 0
        return self._starts[place], self._starts[place + 1]

    def _relabel(self, parents: dict[int, int]) -> None:
        """Give linked relations one label, and sort each entity's."""
        for place, relation in enumerate(self._labels):
            if relation in parents:
                self._labels[place] = _root(parents, relation)
        for index in range(len(self._entities)):
            start, end = self._starts[index], self._starts[index + 1]
            if end - start > 1:
                self._labels[start:end] = array("q", sorted(self._labels[start:end]))


def judged(session: Session, entities: Collection[int] | None = None) -> Judgements:
    """Load what is decided about these entities, or about all.

    Of up to a thousand entities only their relations are read, and what links them. Of more, every open
    relation is: about 2 us and up to 24 bytes for each member.
    """
    if entities is not None and len(entities) <= _FEW:
        return _of_few(session, sorted(set(entities)))
    kinds = session.execute(select(RelationRow.id, RelationRow.kind).where(IS_OPEN))
    duplicates: set[int] = set()
    others: set[int] = set()
    for relation, kind in kinds:
        (duplicates if kind == RelationKind.DUPLICATE_OF else others).add(relation)
    return Judgements(_members_of_all(session, duplicates, others), duplicates)


def _members_of_all(session: Session, duplicates: set[int], others: set[int]) -> Iterator[tuple[int, int]]:
    member = RelationMemberComponent
    # In the order of the key: nothing has to be sorted.
    statement = select(member.entity_id, member.relation_id).order_by(member.entity_id, member.relation_id)
    for entity, relation in session.execute(statement.execution_options(yield_per=_READ_AHEAD)):
        if relation in duplicates or relation in others:
            yield entity, relation


def _of_few(session: Session, entities: Collection[int]) -> Judgements:
    links = find_duplicate_links(session, entities).relations
    members = {(entity, relation) for entity, relations in links.items() for relation in relations}
    duplicates = {relation for _, relation in members}
    member = RelationMemberComponent
    statement = select(member.entity_id, member.relation_id).join(
        RelationRow, RelationRow.id == member.relation_id
    )
    for some in batched(entities):
        rows = session.execute(statement.where(member.entity_id.in_(some), IS_OPEN))
        members.update((entity, relation) for entity, relation in rows)
    return Judgements(sorted(members), duplicates)


def _root(parents: dict[int, int], relation: int) -> int:
    while parents[relation] != relation:
        parents[relation] = parents[parents[relation]]
        relation = parents[relation]
    return relation


def _unite(parents: dict[int, int], one: int, other: int) -> int:
    """Link two relations, and return the label that both have now."""
    low, high = sorted((_root(parents, one), _root(parents, other)))
    parents[high] = low
    return low
