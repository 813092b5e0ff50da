"""An upgrade of a filled older schema keeps every row and every value."""

import pytest
from sqlalchemy import text

from dam.errors import SchemaError
from dam.migrations.state import revisions
from dam.migrations.upgrade import upgrade_database
from tests.migrations.filling import fill
from tests.migrations.schemas import TEXT_INDEX, VERSION_TABLE, connected, rows_of, schema_of


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_every_row_of_an_older_schema_is_there_afterwards(
    empty_database_url: str, database_url: str, revision: str
) -> None:
    upgrade_database(empty_database_url, revision=revision)
    fill(empty_database_url)
    before = rows_of(empty_database_url)
    assert before.pop(VERSION_TABLE) == [(revision,)]
    assert all(len(rows) == 3 for table, rows in before.items() if not table.startswith(TEXT_INDEX))
    upgrade_database(empty_database_url)
    after = rows_of(empty_database_url)
    # New columns are the last ones.
    known = {table: [row[: len(rows[0])] for row in after[table]] for table, rows in before.items() if rows}
    assert known == {table: rows for table, rows in before.items() if rows}
    assert after[VERSION_TABLE] == [(revisions()[-1],)]
    assert schema_of(empty_database_url) == schema_of(database_url)


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    before = schema_of(database_url), rows_of(database_url)
    assert upgrade_database(database_url) is False
    assert (schema_of(database_url), rows_of(database_url)) == before


def test_a_schema_of_a_newer_program_is_refused_and_left_alone(database_url: str) -> None:
    with connected(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = schema_of(database_url), rows_of(database_url)
    with pytest.raises(SchemaError, match=r"schema too new: .* revision 9999") as refused:
        upgrade_database(database_url)
    assert refused.value.exit_code == 8
    assert (schema_of(database_url), rows_of(database_url)) == before
