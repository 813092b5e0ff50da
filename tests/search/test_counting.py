"""Rows are counted by pages of counts that are true whatever came, changed or went."""

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete, func, insert, select, update

from dam.core.component import Entity, table_of
from dam.core.database import Database
from dam.models.fingerprint_page import FORMAT, FingerprintPage
from dam.models.image import ImageComponent
from dam.search.counting import count_rows, pack_counts
from dam.search.layout import seal
from tests.core.state_machines import prove

PAGES = FingerprintPage.fingerprint == ImageComponent.__tablename__


class Counting(RuleBasedStateMachine):
    """Images come, change and go, counts are written down, and after each step the count is right."""

    database: Database

    @initialize()
    def start(self) -> None:
        self.images: set[int] = set()
        self.others: set[int] = set()
        with self.database.write() as session:
            session.execute(delete(Entity))
            session.execute(delete(FingerprintPage))

    @rule(count=st.integers(1, 8), are_images=st.booleans())
    def add(self, count: int, are_images: bool) -> None:
        with self.database.write() as session:
            made = [Entity() for _ in range(count)]
            session.add_all(made)
            session.flush()
            numbers = [entity.id for entity in made]
            if are_images:
                rows = [{"entity_id": number, "media_type": "image/png"} for number in numbers]
                session.execute(insert(table_of(ImageComponent)), rows)
        (self.images if are_images else self.others).update(numbers)

    @rule(data=st.data())
    def recognise_an_old_one(self, data: st.DataObject) -> None:
        if not self.others:
            return
        number = data.draw(st.sampled_from(sorted(self.others)))
        with self.database.write() as session:
            session.execute(
                insert(table_of(ImageComponent)), [{"entity_id": number, "media_type": "image/gif"}]
            )
        self.others.remove(number)
        self.images.add(number)

    @rule(data=st.data(), with_entity=st.booleans())
    def take_away(self, data: st.DataObject, with_entity: bool) -> None:
        if not self.images:
            return
        number = data.draw(st.sampled_from(sorted(self.images)))
        gone = delete(Entity).where(Entity.id == number)
        if not with_entity:
            gone = delete(ImageComponent).where(ImageComponent.entity_id == number)
            self.others.add(number)
        with self.database.write() as session:
            session.execute(gone)
        self.images.remove(number)

    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        if not self.images:
            return
        number = data.draw(st.sampled_from(sorted(self.images)))
        with self.database.write() as session:
            changed = update(ImageComponent).where(ImageComponent.entity_id == number)
            session.execute(changed.values(media_type="image/bmp"))

    @rule(size=st.integers(1, 6), least=st.integers(1, 3))
    def write_down(self, size: int, least: int) -> None:
        pack_counts(self.database, [ImageComponent], least=least, size=size)

    @invariant()
    def the_count_is_right(self) -> None:
        with self.database.read() as session:
            assert count_rows(session, ImageComponent) == len(self.images)


def test_the_count_is_right_whatever_happened(database: Database) -> None:
    prove(Counting, examples=40, steps=25, database=database)


def test_counts_are_written_down_once(database: Database) -> None:
    with database.write() as session:
        session.add_all([Entity() for _ in range(10)])
        session.flush()
        numbers = session.scalars(select(Entity.id)).all()
        rows = [{"entity_id": number, "media_type": "image/png"} for number in numbers]
        session.execute(insert(table_of(ImageComponent)), rows)
    assert pack_counts(database, [ImageComponent], size=4) == 2
    assert pack_counts(database, [ImageComponent], size=4) == 0
    with database.read() as session:
        assert session.scalar(select(func.sum(FingerprintPage.count)).where(PAGES)) == 8


@pytest.mark.parametrize("event", ["insert", "delete"])
def test_no_count_is_believed_that_nobody_watches(database: Database, event: str) -> None:
    with database.write() as session:
        on = "" if session.get_bind().dialect.name == "sqlite" else " ON image"
        session.connection().exec_driver_sql(f"DROP TRIGGER packed_image_{event}{on}")
        page = {
            "fingerprint": "image",
            "after": 0,
            "upto": 9,
            "count": 9,
            "format": FORMAT,
            "checksum": seal(0, 9, 9),
        }
        session.execute(insert(table_of(FingerprintPage)), [{**page, "entities": b"", "values": b""}])
    with database.read() as session:
        assert count_rows(session, ImageComponent) == 0


def test_a_damaged_count_is_not_believed(database: Database) -> None:
    with database.write() as session:
        page = {"fingerprint": "image", "after": 0, "upto": 9, "count": 9, "format": FORMAT, "checksum": 0}
        session.execute(insert(table_of(FingerprintPage)), [{**page, "entities": b"", "values": b""}])
    with database.read() as session:
        assert count_rows(session, ImageComponent) == 0
