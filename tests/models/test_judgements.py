"""Judged is what a plain model of pairs says, whatever was related, unrelated and despawned before."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete, func, select

from dam.core.component import Entity
from dam.core.database import Database
from dam.core.world import World
from dam.errors import UsageError
from dam.library.relating import Related, relate, unrelate
from dam.models.judgements import Judgements, judged
from dam.models.relation import Judgement, RelationRow, judge
from dam.models.relation_kind import RelationKind
from dam.models.relation_member_component import RelationMemberComponent, list_relations
from dam.plugins import installed
from tests.core.sessions import both, count
from tests.core.state_machines import prove

DUPLICATE, ALTERNATE, DISTINCT = RelationKind
Pair = frozenset[int]


@dataclass
class Said:
    """A relation as the model keeps it."""

    kind: RelationKind
    members: set[int]
    target: int | None

    def pairs(self) -> set[Pair]:
        return {frozenset(pair) for pair in combinations(self.members, 2)}

    def apart(self) -> set[Pair]:
        """Return the pairs that it says are no duplicates."""
        if self.kind is DUPLICATE:
            return set()
        return {pair for pair in self.pairs() if self.kind is DISTINCT or self.target in pair}


def duplicates(open_ones: list[Said]) -> set[Pair]:
    """Return every pair of duplicates, those through others too, as slowly and plainly as can be."""
    pairs = {pair for one in open_ones if one.kind is DUPLICATE for pair in one.pairs()}
    while True:
        more = {a ^ b for a, b in combinations(pairs, 2) if len(a & b) == 1} - pairs
        if not more:
            return pairs
        pairs |= more


def settled(open_ones: list[Said], entities: list[int]) -> set[Pair]:
    """Return every pair that was judged, or of which duplicates were."""
    direct = {pair for one in open_ones for pair in one.pairs()}
    same = duplicates(open_ones)
    alike = {
        entity: {entity, *(b for b in entities if frozenset((entity, b)) in same)} for entity in entities
    }
    through = {frozenset(pair) for a, b in direct for pair in product(alike[a], alike[b])}
    return {pair for pair in through if len(pair) == 2} | same


def is_settled(judgements: Judgements, a: int, b: int) -> bool:
    return not set(judgements.labels(a)).isdisjoint(judgements.labels(b))


def is_consistent(open_ones: list[Said]) -> bool:
    apart = {pair for one in open_ones for pair in one.apart()}
    return not apart & duplicates(open_ones)


class Deciding(RuleBasedStateMachine):
    """People decide, take back and despawn; after each step every pair is asked about."""

    database: Database

    @initialize()
    def start(self) -> None:
        self.open: dict[int, Said] = {}
        with self.database.write() as session:
            session.execute(delete(Entity))
            session.execute(delete(RelationRow))
            world = World(session, installed().registry)
            self.entities = [world.spawn() for _ in range(7)]

    @rule(data=st.data(), kind=st.sampled_from(RelationKind))
    def relate(self, data: st.DataObject, kind: RelationKind) -> None:
        entities = self._some(data)
        wanted = judge(kind, entities)
        said = Said(kind, set(entities), wanted.target)
        same = [
            number
            for number, one in self.open.items()
            if (one.kind, one.target) == (said.kind, said.target) and one.members >= said.members
        ]
        (answer,) = relate(self.database, [wanted])
        if same:
            assert isinstance(answer, Related)
            assert (answer.relation.id, answer.is_new) == (same[0], False)
        elif not is_consistent([*self.open.values(), said]):
            assert isinstance(answer, UsageError)
        else:
            assert isinstance(answer, Related)
            assert answer.is_new
            self.open[answer.relation.id] = said

    @rule(data=st.data())
    def unrelate_assets(self, data: st.DataObject) -> None:
        entities = set(self._some(data))
        withdrawn = {relation.id for relation in unrelate(self.database, entities)}
        assert withdrawn == {number for number, one in self.open.items() if one.members >= entities}
        self.open = {number: one for number, one in self.open.items() if number not in withdrawn}

    @rule(data=st.data())
    def unrelate_one(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([*self.open, 10**9]))
        withdrawn = {relation.id for relation in unrelate(self.database, number)}
        told = number in self.open and len(self.open[number].members) > 1
        assert withdrawn == ({number} if told else set())
        if told:
            del self.open[number]

    @rule(data=st.data())
    def despawn(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.entities))
        with self.database.write() as session:
            world = World(session, installed().registry)
            world.despawn(gone)
            self.entities = [entity for entity in self.entities if entity != gone] + [world.spawn()]
        for one in self.open.values():
            one.members.discard(gone)
            one.target = None if one.target == gone else one.target

    @invariant()
    def what_is_judged_is_what_the_model_says(self) -> None:
        if not hasattr(self, "open"):
            return
        pairs = settled([*self.open.values()], self.entities)
        with self.database.read() as session:
            judgements = judged(session)
            listed = {one.id: (one.kind, set(one.members), one.target) for one in list_relations(session)}
        for a, b in combinations(self.entities, 2):
            assert is_settled(judgements, a, b) == (frozenset((a, b)) in pairs)
        assert listed == {
            number: (one.kind, one.members, one.target)
            for number, one in self.open.items()
            if len(one.members) > 1
        }

    def _some(self, data: st.DataObject) -> list[int]:
        return data.draw(st.lists(st.sampled_from(self.entities), min_size=2, max_size=4, unique=True))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


@pytest.fixture
def entities(database: Database) -> list[int]:
    """Three thousand entities: more than are asked about one by one, or named in one statement."""
    with database.write() as session:
        session.add_all([Entity() for _ in range(3000)])
        session.flush()
        return list(session.scalars(select(Entity.id).order_by(Entity.id)))


def test_judged_is_what_the_model_says(database: Database) -> None:
    prove(Deciding, examples=40, steps=25, database=database)


def test_a_large_group_costs_a_row_a_member_and_covers_every_pair(
    database: Database, entities: list[int]
) -> None:
    same, others, rest = entities[:1200], entities[1199:2400], entities[2400:]
    for group in (same, others):
        (answer,) = relate(database, [judge(DUPLICATE, group)])
        assert isinstance(answer, Related)
        assert answer.is_new
    assert count(database, RelationMemberComponent) == 1200 + 1201
    with database.read() as session:
        judgements = judged(session)
    assert is_settled(judgements, same[0], others[-1])
    assert not is_settled(judgements, same[0], rest[0])
    (again,) = relate(database, [judge(DUPLICATE, others)])
    assert isinstance(again, Related)
    assert not again.is_new
    (refused,) = relate(database, [judge(DISTINCT, [same[3], *rest, others[-1]])])
    assert isinstance(refused, UsageError)
    assert refused.message == f"cannot relate: {same[3]} and {others[-1]}: relations 1 and 2 say duplicate-of"


@pytest.mark.parametrize("contradicting", [False, True])
def test_of_what_is_said_at_once_only_one_is_recorded(
    database_url: str, database: Database, entities: list[int], contradicting: bool
) -> None:
    """The same, or what contradicts it only through other relations, of other entities."""
    meeting = threading.Barrier(2, timeout=60)
    starts = entities[:120:4]
    relate(database, [judge(DUPLICATE, (a, a + 1)) for a in starts])
    relate(database, [judge(DUPLICATE, (a + 2, a + 3)) for a in starts])
    same = [judge(DUPLICATE, (a + 1, a + 2)) for a in starts]
    apart = [judge(DISTINCT, (a, a + 3)) for a in starts]

    def say(judgements: list[Judgement]) -> None:
        with closing(Database(database_url)) as own:
            for judgement in judgements:
                meeting.wait()
                relate(own, [judgement])

    both(lambda: say(same), lambda: say(apart if contradicting else same))
    with database.read() as session:
        assert len(list(list_relations(session))) == 3 * len(starts)


def test_a_long_chain_is_followed_to_its_end(database: Database, entities: list[int]) -> None:
    chain = entities[:60]
    relate(database, [judge(DUPLICATE, pair) for pair in pairwise(chain)])
    with database.read() as session:
        assert is_settled(judged(session), chain[0], chain[-1])
        assert session.scalar(select(func.count()).select_from(RelationMemberComponent)) == 2 * 59


def test_more_relations_than_are_read_at_once_are_all_listed(database: Database, entities: list[int]) -> None:
    relate(database, [judge(DISTINCT, (entities[0], other)) for other in entities[1:1201]])
    unrelate(database, 500)
    with database.read() as session:
        open_ones = [relation.id for relation in list_relations(session)]
        of_the_last = [relation.id for relation in list_relations(session, entities[1200])]
        everything = [relation.id for relation in list_relations(session, entities[0], withdrawn=True)]
    assert open_ones == [number for number in range(1, 1201) if number != 500]
    assert of_the_last == [1200]
    assert everything == list(range(1, 1201))
