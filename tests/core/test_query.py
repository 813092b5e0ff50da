"""Queries: `query`, `has` and `lacks` give plain, typed selects.

The types are proven by the project's own mypy run: every `assert_type` and every `type: ignore` that
is not needed is an error there.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import assert_type

import pytest
from sqlalchemy import Select, func, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from dam.core.component import Component, Entity
from dam.core.database import Database
from dam.core.query import has, lacks, query
from dam.core.registry import Registry
from dam.core.world import World
from dam.models.content_hash_md5_component import ContentHashMD5Component as Md5
from dam.models.content_hash_sha256_component import ContentHashSHA256Component as Sha256
from dam.models.directory import DirectoryRow, RootRow
from dam.models.file_location_component import FileLocationComponent as Location
from dam.models.file_properties_component import FilePropertiesComponent as Properties
from dam.models.image.dimensions_component import DimensionsComponent as Dimensions

PAIR = Select[int, Md5, Sha256]


def md5(byte: int) -> Md5:
    return Md5(digest=bytes([byte]) * 16)


def sha256(byte: int) -> Sha256:
    return Sha256(digest=bytes([byte]) * 32)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(Database(database_url)) as database, database.write() as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    return World(session, Registry.of([Md5, Sha256, Properties], []))


@pytest.fixture
def entities(world: World) -> dict[str, int]:
    return {
        "nothing": world.spawn(),
        "md5": world.spawn(md5(1)),
        "sha256": world.spawn(sha256(1)),
        "both": world.spawn(md5(2), sha256(2)),
        "all": world.spawn(md5(3), sha256(3), Properties(size=3, original_name=b"three")),
    }


def ids(session: Session, statement: Select[int]) -> set[int]:
    return set(session.scalars(statement))


def test_a_select_of_components_is_typed() -> None:
    assert_type(query(), Select[int])
    assert_type(query(Md5), Select[int, Md5])
    assert_type(query(Md5, Sha256), PAIR)
    assert_type(query(Md5, Sha256, Properties), Select[int, Md5, Sha256, Properties])
    assert_type(query(Md5, Sha256, Properties, Location), Select[int, Md5, Sha256, Properties, Location])
    assert_type(
        query(Md5, Sha256, Properties, Location, Dimensions),
        Select[int, Md5, Sha256, Properties, Location, Dimensions],
    )
    assert_type(query(Md5, Sha256).where(has(Properties)).order_by(Md5.digest).limit(3), PAIR)


def test_what_is_no_component_is_refused() -> None:
    with pytest.raises(ArgumentError):
        query(int)  # type: ignore[type-var]


def test_rows_carry_the_entity_and_its_components(session: Session, entities: dict[str, int]) -> None:
    for entity, first, second in session.execute(query(Md5, Sha256).order_by(Entity.id)):
        assert_type(entity, int)
        assert_type(second, Sha256)
        assert first.entity_id == second.entity_id == entity
    rows = session.execute(query(Md5, Sha256)).all()
    assert {entity for entity, _, _ in rows} == {entities["both"], entities["all"]}


def test_a_query_for_nothing_gives_every_entity(session: Session, entities: dict[str, int]) -> None:
    assert ids(session, query()) == set(entities.values())
    assert ids(session, query().where(has())) == set(entities.values())
    assert ids(session, query().where(lacks())) == set(entities.values())


@pytest.mark.parametrize(
    ("having", "lacking", "expected"),
    [
        ((Md5,), (), {"md5", "both", "all"}),
        ((Md5, Sha256), (), {"both", "all"}),
        ((), (Md5,), {"nothing", "sha256"}),
        ((), (Md5, Sha256), {"nothing"}),
        ((Md5, Sha256), (Properties,), {"both"}),
        ((Properties,), (Md5,), set()),
        ((Md5, Md5), (), {"md5", "both", "all"}),
        ((Md5,), (Md5,), set()),
    ],
)
def test_has_means_all_of_them_and_lacks_means_none(
    session: Session,
    entities: dict[str, int],
    having: tuple[type[Component], ...],
    lacking: tuple[type[Component], ...],
    expected: set[str],
) -> None:
    found = ids(session, query().where(has(*having), lacks(*lacking)))
    assert found == {entities[name] for name in expected}


def test_conditions_speak_of_the_entity_of_the_row_in_joins_too(
    session: Session, entities: dict[str, int]
) -> None:
    joined = query(Md5).join(Sha256, Sha256.entity_id == Entity.id).where(has(Sha256), lacks(Properties))
    assert [entity for entity, _ in session.execute(joined)] == [entities["both"]]


def test_conditions_on_the_very_components_that_are_selected(
    session: Session, entities: dict[str, int]
) -> None:
    both = query(Md5, Sha256).where(has(Md5, Sha256))
    assert {row[0] for row in session.execute(both)} == {entities["both"], entities["all"]}
    assert session.execute(query(Md5).where(lacks(Md5))).all() == []


def test_conditions_work_where_the_entity_is_counted(session: Session, entities: dict[str, int]) -> None:
    counted = select(func.count()).select_from(Entity).where(has(Md5), lacks(Properties))
    assert session.execute(counted).scalar_one() == 2


def test_conditions_work_inside_a_subquery(session: Session, entities: dict[str, int]) -> None:
    chosen = select(Entity.id).where(has(Md5), lacks(Sha256)).subquery()
    assert session.scalars(select(Md5.entity_id).join(chosen, chosen.c.id == Md5.entity_id)).all() == [
        entities["md5"]
    ]


def test_a_world_gives_typed_rows(world: World, entities: dict[str, int]) -> None:
    for entity, first in world.rows(query(Md5)):
        assert_type(entity, int)
        assert_type(first, Md5)
        assert first.entity_id == entity


def test_a_component_of_which_there_are_many_gives_a_row_for_each(world: World, session: Session) -> None:
    session.add(RootRow(host="here", device="0", path=b"/"))
    session.flush()
    session.add(DirectoryRow(root_id=1, path=b"folder"))
    session.flush()
    entity = world.spawn(md5(1))
    for name in (b"one", b"two"):
        world.add(entity, location(name))
    rows = session.execute(query(Location, Md5).order_by(Location.name)).all()
    assert [bytes(place.name) for _, place, _ in rows] == [b"one", b"two"]
    assert ids(session, query().where(has(Location))) == {entity}


def location(name: bytes) -> Location:
    from dam.core.columns import utc_now

    return Location(
        directory_id=1,
        name=name,
        size=1,
        mtime_ns=0,
        ctime_ns=0,
        inode=2**64 - 1,
        in_place=False,
        first_seen=utc_now(),
        last_seen=utc_now(),
    )
