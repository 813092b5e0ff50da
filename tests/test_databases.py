"""Every test that asks for a database gets one of its own, of both kinds, with the present schema."""

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from dam.migrations.upgrade import upgrade_database


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_fresh_database_has_the_schema(database_url: str, database_kind: str) -> None:
    assert make_url(database_url).get_backend_name() == database_kind
    assert {"alembic_version", "entity"} <= _tables(database_url)


@pytest.mark.parametrize("round_", [1, 2])
def test_a_fresh_database_has_no_rows_of_another_test(database_url: str, round_: int) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM entity")) == 0
        connection.execute(text("INSERT INTO entity DEFAULT VALUES"))
    engine.dispose()


def test_an_empty_database_becomes_a_fresh_one(empty_database_url: str, database_url: str) -> None:
    upgrade_database(empty_database_url)
    assert _tables(empty_database_url) == _tables(database_url)
