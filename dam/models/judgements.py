"""What was decided about pairs, for whoever goes through very many of them."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.models.relation import RelationRow
from dam.models.relation_kind import RelationKind
from dam.models.relation_member_component import IS_OPEN, RelationMemberComponent, is_entity

_READ_AHEAD = 10_000


class Judgements:
    """The open relations at one moment, held in arrays: up to 24 bytes a membership.

    Each entity has the labels of its relations; relations of duplicates that share a member share the
    label. What is said of an entity is said of its duplicates too, so that these share all labels.
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
        for place, relation in enumerate(self._labels):
            if relation in parents:
                self._labels[place] = _root(parents, relation)
        self._shared = self._shared_labels(parents)

    def labels(self, entity: int) -> Sequence[int]:
        """Return the entity's labels, of which it has one in common with each that a decision settles.

        That is a decision about the two, or about others that they are duplicates of.
        """
        place = bisect_left(self._entities, entity)
        if place == len(self._entities) or self._entities[place] != entity:
            return ()
        own = self._own(place)
        return next((self._shared[label] for label in own if label in self._shared), own)

    def _own(self, place: int) -> Sequence[int]:
        return self._labels[self._starts[place] : self._starts[place + 1]]

    def _shared_labels(self, parents: dict[int, int]) -> dict[int, Sequence[int]]:
        """Return, by the label of duplicates, all that any of them has, where that is more than this one."""
        gathered = defaultdict[int, set[int]](set)
        for place in range(len(self._entities)):
            own = self._own(place)
            if len(own) > 1 and (linked := next((label for label in own if label in parents), None)):
                gathered[linked].update(own)
        return {linked: array("q", sorted(labels)) for linked, labels in gathered.items() if len(labels) > 1}


def judged(session: Session) -> Judgements:
    """Load what is decided; takes about 2 us for each member of an open relation."""
    known = RelationRow.kind.in_([kind.value for kind in RelationKind])
    kinds = session.execute(select(RelationRow.id, RelationRow.kind).where(IS_OPEN, known))
    duplicates: set[int] = set()
    others: set[int] = set()
    for relation, kind in kinds:
        (duplicates if kind == RelationKind.DUPLICATE_OF else others).add(relation)
    return Judgements(_members(session, duplicates, others), duplicates)


def _members(session: Session, duplicates: set[int], others: set[int]) -> Iterator[tuple[int, int]]:
    member = RelationMemberComponent
    # In the order of the key: nothing has to be sorted.
    statement = select(member.entity_id, member.relation_id).order_by(member.entity_id, member.relation_id)
    for entity, relation in session.execute(statement.execution_options(yield_per=_READ_AHEAD)):
        if (relation in duplicates or relation in others) and is_entity(relation, entity):
            yield entity, relation


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
