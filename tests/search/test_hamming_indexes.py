"""Every Hamming index answers what comparing with every fingerprint does, whatever happened in between."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from dam.core.component import Entity, Fingerprint, table_of
from dam.core.database import Database
from dam.models.fingerprint_page import FingerprintPage
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.search import resident_index
from dam.search.hamming_index import HammingIndex
from dam.search.packed_index import PackedIndex
from dam.search.packing import pack
from dam.search.resident_index import ResidentIndex
from dam.search.words import pack as pack_words
from tests.core.state_machines import prove

Value = Any
"""A fingerprint as its component has it: an integer of 64 bits, or 32 bytes."""

_CENTRES = [0, 0xFFFFFFFFFFFFFFFF, 0x8000000000000000, 0x0123456789ABCDEF, 0xFEDCBA9876543210]


def of_64_bits() -> st.SearchStrategy[int]:
    """Draw hashes that lie near each other, are equal, flat, or anything."""
    near = st.builds(
        lambda centre, flips: centre ^ sum(1 << bit for bit in flips),
        st.sampled_from(_CENTRES),
        st.sets(st.integers(0, 63), max_size=6),
    )
    return near | st.integers(0, 2**64 - 1)


def of_256_bits() -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda parts: b"".join(part.to_bytes(8) for part in parts),
        st.lists(of_64_bits(), min_size=4, max_size=4),
    )


def distance(a: Value, b: Value) -> int:
    whole = [value if isinstance(value, int) else int.from_bytes(value) for value in (a, b)]
    return (whole[0] ^ whole[1]).bit_count()


def is_degenerate(value: Value) -> bool:
    return isinstance(value, int) and not 4 < value.bit_count() < 60


def by_comparing_all(rows: dict[int, Value], query: Value, radius: int) -> dict[int, int]:
    """Answer as the law says, without any of the program's code."""
    if is_degenerate(query):
        return {}
    apart = {entity: distance(value, query) for entity, value in rows.items() if not is_degenerate(value)}
    return {entity: bits for entity, bits in apart.items() if bits <= radius}


DAMAGES = [
    "values", "swapped", "entities", "another entity", "short", "format", "count", "after", "upto",
]  # fmt: skip


class Indexes(RuleBasedStateMachine):
    """Rows come, change and go, pages are made and damaged, and after each step all indexes are asked."""

    database: Database
    fingerprint: type[Fingerprint]
    values: st.SearchStrategy[Value]

    @initialize()
    def start(self) -> None:
        self.rows: dict[int, Value] = {}
        self.resident = ResidentIndex(self.fingerprint)
        with self.database.write() as session:
            session.execute(delete(Entity))
            session.execute(delete(FingerprintPage))

    @rule(data=st.data(), count=st.integers(1, 12))
    def add(self, data: st.DataObject, count: int) -> None:
        with self.database.write() as session:
            for _ in range(count):
                entity = Entity()
                session.add(entity)
                session.flush()
                self._insert(session, entity.id, data.draw(self.values))

    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        if not self.rows:
            return
        entity = data.draw(st.sampled_from(sorted(self.rows)))
        with self.database.write() as session:
            session.execute(delete(self.fingerprint).where(self.fingerprint.entity_id == entity))
            self._insert(session, entity, data.draw(self.values))

    @rule(data=st.data())
    def change_in_place(self, data: st.DataObject) -> None:
        if not self.rows:
            return
        entity, value = data.draw(st.sampled_from(sorted(self.rows))), data.draw(self.values)
        with self.database.write() as session:
            changed = update(self.fingerprint).where(self.fingerprint.entity_id == entity)
            session.execute(changed.values(value=value))
        self.rows[entity] = value

    @rule(data=st.data(), with_entity=st.booleans())
    def take_away(self, data: st.DataObject, with_entity: bool) -> None:
        if not self.rows:
            return
        entity = data.draw(st.sampled_from(sorted(self.rows)))
        with self.database.write() as session:
            if with_entity:
                session.execute(delete(Entity).where(Entity.id == entity))
            else:
                session.execute(delete(self.fingerprint).where(self.fingerprint.entity_id == entity))
        del self.rows[entity]

    @rule(data=st.data())
    def give_a_fingerprint_to_one_that_has_none(self, data: st.DataObject) -> None:
        with self.database.write() as session:
            without = sorted(set(session.scalars(select(Entity.id))) - self.rows.keys())
            if without:
                self._insert(session, data.draw(st.sampled_from(without)), data.draw(self.values))

    @rule(least=st.integers(1, 5), size=st.integers(1, 9))
    def pack(self, least: int, size: int) -> None:
        pack(self.database, [self.fingerprint], least=least, size=size)

    @rule(data=st.data(), damage=st.sampled_from(DAMAGES))
    def damage_a_page(self, data: st.DataObject, damage: str) -> None:
        with self.database.write() as session:
            pages = session.scalars(select(FingerprintPage).order_by(FingerprintPage.id)).all()
            if not pages:
                return
            page = data.draw(st.sampled_from(pages))
            if damage == "values":
                page.values = bytes([page.values[0] ^ 1]) + page.values[1:]
            elif damage == "swapped":
                page.values = page.values[8:16] + page.values[:8] + page.values[16:]
            elif damage == "entities":
                page.entities = b"\xff\xff\xff\xff" + page.entities[4:]
            elif damage == "another entity":
                page.entities = bytes([page.entities[0] ^ 1]) + page.entities[1:]
            elif damage == "after":
                page.after += data.draw(st.sampled_from([-1, 1]))
            elif damage == "upto":
                page.upto += data.draw(st.sampled_from([-1, 1]))
            elif damage == "short":
                page.values = page.values[:-1]
            elif damage == "format":
                page.format = 0
            else:
                page.count += 1

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        known = st.sampled_from(sorted(self.rows.values())) if self.rows else self.values
        queries = data.draw(st.lists(known | self.values, min_size=1, max_size=3))
        radius = data.draw(st.integers(0, 12) | st.integers(0, self.fingerprint.bits))
        expected = [by_comparing_all(self.rows, query, radius) for query in queries]
        with self.database.read() as session:
            self.resident.refresh(session)
            indexes: list[HammingIndex] = [PackedIndex(session, self.fingerprint), self.resident]
            for index in indexes:
                found = index.within(pack_words(queries, self.fingerprint.bits), radius)
                answers = [dict(zip(n.entities.tolist(), n.distances.tolist(), strict=True)) for n in found]
                assert answers == expected, index
                assert all((n.entities[1:] > n.entities[:-1]).all() for n in found), index

    def _insert(self, session: Session, entity: int, value: Value) -> None:
        others = {"quality": 100} if self.fingerprint is ImagePDQComponent else {}
        session.execute(insert(table_of(self.fingerprint)), [{"entity_id": entity, "value": value, **others}])
        self.rows[entity] = value


_BOTH = pytest.mark.parametrize(
    ("fingerprint", "values"), [(ImagePHashComponent, of_64_bits()), (ImagePDQComponent, of_256_bits())]
)


@_BOTH
def test_every_index_finds_what_comparing_with_all_finds(
    database: Database, fingerprint: type[Fingerprint], values: st.SearchStrategy[Value]
) -> None:
    prove(Indexes, examples=30, steps=30, database=database, fingerprint=fingerprint, values=values)


@_BOTH
@pytest.mark.parametrize("outdated", [0.0, 0.5])
def test_so_they_do_where_few_fingerprints_are_put_in_order(
    database: Database,
    fingerprint: type[Fingerprint],
    values: st.SearchStrategy[Value],
    outdated: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resident_index, "_FEW", 0)
    monkeypatch.setattr(resident_index, "_OUTDATED", outdated)
    prove(Indexes, examples=30, steps=30, database=database, fingerprint=fingerprint, values=values)
