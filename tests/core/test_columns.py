"""Column types: every value that goes in comes out again, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import Column, LargeBinary, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.types import TypeEngine

from dam.core.columns import Hash64, Name, RowId, Timestamp, Unsigned64, utc_now
from dam.core.database import Database

TABLE = Table(
    "every_column_type",
    MetaData(),
    Column("id", RowId, primary_key=True),
    Column("unsigned", Unsigned64),
    Column("hash", Hash64),
    Column("moment", Timestamp),
    Column("name", Name),
    Column("digest", LargeBinary(32)),
)
CORNERS = [0, 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1]
whole_words = st.integers(0, 2**64 - 1) | st.sampled_from(CORNERS)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001 - the zone is drawn beside
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=zones,
)
names = st.binary(max_size=300) | st.sampled_from([b"", b"\0", b"a\0b", b"\xff\xfe", b"a\nb", b"'"])

on_one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        with opened.write() as session:
            TABLE.create(session.connection())
        yield opened


def round_trip(database: Database, column: str, value: Any) -> Any:
    """Return the value as it comes back, found again by itself, and leave nothing behind."""
    with database.write() as session:
        session.execute(insert(TABLE), [{column: value}])
        found = session.execute(select(TABLE.c[column]).where(TABLE.c[column] == value)).scalar_one()
        session.rollback()
        return found


@on_one_database
@given(value=whole_words, column=st.sampled_from(["unsigned", "hash"]))
@example(value=2**63, column="hash")
@example(value=2**64 - 1, column="unsigned")
def test_every_64_bit_integer_comes_back(database: Database, value: int, column: str) -> None:
    assert round_trip(database, column, value) == value


@pytest.mark.parametrize("value", CORNERS)
def test_the_corners_of_64_bits_come_back(database: Database, value: int) -> None:
    assert round_trip(database, "hash", value) == round_trip(database, "unsigned", value) == value


@pytest.mark.parametrize("value", [-1, 2**64, 2**200])
def test_what_is_no_64_bit_integer_is_refused(database: Database, value: int) -> None:
    with pytest.raises(StatementError, match="not an unsigned 64-bit integer"):
        round_trip(database, "hash", value)


@on_one_database
@given(value=moments)
@example(value=datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
def test_every_moment_comes_back_to_the_microsecond(database: Database, value: datetime) -> None:
    found = round_trip(database, "moment", value)
    assert found == value
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a timestamp needs a time zone"):
        round_trip(database, "moment", datetime(2024, 1, 1))  # noqa: DTZ001
    assert utc_now().tzinfo is UTC


@on_one_database
@given(value=names)
def test_every_name_comes_back_byte_for_byte(database: Database, value: bytes) -> None:
    assert bytes(round_trip(database, "name", value)) == value


@on_one_database
@given(value=st.binary(min_size=32, max_size=32))
def test_every_digest_comes_back(database: Database, value: bytes) -> None:
    assert bytes(round_trip(database, "digest", value)) == value


@pytest.mark.parametrize("column", ["unsigned", "hash", "moment", "name", "digest"])
def test_nothing_comes_back_as_nothing(database: Database, column: str) -> None:
    with database.write() as session:
        session.execute(insert(TABLE), [{column: None}])
        assert session.execute(select(TABLE.c[column])).scalar_one() is None


@pytest.mark.parametrize(
    ("column", "kind"), [(Unsigned64(), "BIGINT"), (Hash64(), "BIGINT"), (Timestamp(), "BIGINT")]
)
def test_integers_are_kept_where_64_bits_fit(column: TypeEngine[Any], kind: str) -> None:
    assert column.compile() == kind
