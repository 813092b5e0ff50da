"""Places: opened, seen again, closed, and opened anew; deep and odd names included."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dam.core.component import Entity, values_of
from dam.core.database import Database
from dam.errors import DatabaseError
from dam.models.directory import Folder, Place, Root, get_or_add_directories
from dam.models.file_location_component import (
    FileLocationComponent,
    LocationState,
    Sighting,
    close_location,
    find_open_locations,
    locations_of,
    record_sightings,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOME = Folder(Root("host", "device", b"/mnt"), b"home")


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(Database(database_url)) as database, database.write() as opened:
        yield opened


@pytest.fixture
def entities(session: Session) -> list[int]:
    return list(session.scalars(insert(Entity).returning(Entity.id), [{}, {}, {}]))


@pytest.fixture
def place(session: Session) -> Place:
    return Place(get_or_add_directories(session, [HOME])[HOME], b"picture.png")


def seen(entity: int, place: Place, hour: int = 0, *, in_place: bool = False, size: int = 1) -> Sighting:
    when = NOON + timedelta(hours=hour)
    return Sighting(
        entity, place, size, mtime_ns=-5, ctime_ns=7, inode=2**64 - 1, in_place=in_place, seen=when
    )


def open_row(session: Session, place: Place) -> FileLocationComponent:
    return find_open_locations(session, [place])[place]


def history(session: Session, entity: int) -> list[tuple[datetime, datetime | None]]:
    session.expire_all()
    return [(one.row.first_seen, one.row.closed_at) for one in locations_of(session, [entity])[entity]]


def test_a_place_seen_for_the_first_time_is_new_and_open(
    session: Session, entities: list[int], place: Place
) -> None:
    assert record_sightings(session, [seen(entities[0], place)]) == {place}
    row = open_row(session, place)
    assert (row.entity_id, row.state, row.closed_at) == (entities[0], LocationState.PRESENT, None)
    assert (row.inode, row.mtime_ns, row.first_seen, row.last_seen) == (2**64 - 1, -5, NOON, NOON)
    assert [one.path for one in locations_of(session, entities)[entities[0]]] == [b"/mnt/home/picture.png"]


def test_the_same_content_seen_again_is_the_same_row(
    session: Session, entities: list[int], place: Place
) -> None:
    record_sightings(session, [seen(entities[0], place)])
    open_row(session, place).state = LocationState.MISSING.value
    assert record_sightings(session, [seen(entities[0], place, hour=1, size=2)]) == set()
    row = open_row(session, place)
    assert (row.first_seen, row.last_seen) == (NOON, NOON + timedelta(hours=1))
    assert (row.size, row.state) == (2, LocationState.PRESENT)
    assert len(history(session, entities[0])) == 1


def test_other_content_at_a_place_closes_it_and_opens_another(
    session: Session, entities: list[int], place: Place
) -> None:
    record_sightings(session, [seen(entities[0], place)])
    assert record_sightings(session, [seen(entities[1], place, hour=1)]) == {place}
    assert history(session, entities[0]) == [(NOON, NOON + timedelta(hours=1))]
    assert history(session, entities[1]) == [(NOON + timedelta(hours=1), None)]


def test_content_that_comes_back_opens_a_new_row_and_the_closed_ones_stay(
    session: Session, entities: list[int], place: Place
) -> None:
    for hour, entity in enumerate((entities[0], entities[1], entities[0])):
        assert record_sightings(session, [seen(entity, place, hour=hour)]) == {place}
    back, gone = NOON + timedelta(hours=2), NOON + timedelta(hours=1)
    assert history(session, entities[0]) == [(back, None), (NOON, gone)], "open ones first"
    assert history(session, entities[1]) == [(gone, back)]


def test_a_place_that_was_closed_opens_anew_for_the_same_content(
    session: Session, entities: list[int], place: Place
) -> None:
    record_sightings(session, [seen(entities[0], place)])
    number = open_row(session, place).id
    close_location(session, number, NOON)
    close_location(session, number, NOON + timedelta(hours=5))
    assert history(session, entities[0]) == [(NOON, NOON)], "closing twice is closing once"
    assert find_open_locations(session, [place]) == {}
    assert record_sightings(session, [seen(entities[0], place, hour=1)]) == {place}
    assert len(history(session, entities[0])) == 2


def test_what_was_registered_in_place_and_copied_since_is_no_longer_in_place(
    session: Session, entities: list[int], place: Place
) -> None:
    record_sightings(session, [seen(entities[0], place, in_place=True)])
    assert open_row(session, place).in_place
    record_sightings(session, [seen(entities[0], place, in_place=False)])
    assert not open_row(session, place).in_place
    record_sightings(session, [seen(entities[0], place, in_place=True)])
    assert not open_row(session, place).in_place


def test_no_place_is_open_twice(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        with database.write() as session:
            first, second = session.scalars(insert(Entity).returning(Entity.id), [{}, {}]).all()
            place = Place(get_or_add_directories(session, [HOME])[HOME], b"name")
            record_sightings(session, [seen(first, place)])
            columns = values_of(open_row(session, place))
        columns |= {"id": 99, "entity_id": second}
        with pytest.raises(DatabaseError, match=r"(?i)unique"), database.write() as session:
            session.execute(insert(FileLocationComponent), [columns])


def test_several_sightings_of_one_place_at_once_end_with_the_last(
    session: Session, entities: list[int], place: Place
) -> None:
    fresh = record_sightings(session, [seen(entities[0], place), seen(entities[1], place, hour=1)])
    assert fresh == {place}
    assert open_row(session, place).entity_id == entities[1]
    assert history(session, entities[0]) == []


def test_one_content_may_have_many_places(session: Session, entities: list[int], place: Place) -> None:
    places = [Place(place.directory_id, b"%d" % number) for number in range(100)]
    assert record_sightings(session, [seen(entities[0], one) for one in places]) == set(places)
    assert len(locations_of(session, entities)[entities[0]]) == 100
    assert locations_of(session, entities)[entities[1]] == []
    assert find_open_locations(session, []) == {}


components = st.binary(min_size=1, max_size=255).filter(
    lambda name: not {b"/", b"\0"} & {name[i : i + 1] for i in range(len(name))}
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(folders=st.lists(components, max_size=5), name=components, mount=st.sampled_from([b"/", b"/mnt/\xff"]))
def test_any_path_comes_back_byte_for_byte(
    session: Session, entities: list[int], folders: list[bytes], name: bytes, mount: bytes
) -> None:
    folder = Folder(Root("host", "device", mount), b"/".join(folders))
    with session.begin_nested() as attempt:
        number = get_or_add_directories(session, [folder])[folder]
        record_sightings(session, [seen(entities[2], Place(number, name))])
        (location,) = locations_of(session, entities)[entities[2]]
        assert location.path == b"/".join([mount.rstrip(b"/"), *folders, name])
        attempt.rollback()
    session.expire_all()


def test_a_path_deeper_than_path_max_is_kept(session: Session, entities: list[int]) -> None:
    deep = Folder(Root("host", "device", b"/"), b"/".join([b"d" * 200] * 100))
    number = get_or_add_directories(session, [deep])[deep]
    record_sightings(session, [seen(entities[0], Place(number, b"name"))])
    (location,) = locations_of(session, entities)[entities[0]]
    assert location.path == b"/" + deep.path + b"/name"
    assert session.scalars(select(FileLocationComponent.name)).one() == b"name"
