"""A future migration that rebuilds a table to which others refer keeps their rows."""

from pathlib import Path

import pytest
from sqlalchemy import text

from dam.migrations.state import revisions
from tests.migrations.checkout import Checkout, succeeded
from tests.migrations.filling import fill
from tests.migrations.schemas import VERSION_TABLE, connected, everything_in, rows_of

NEXT = f"{int(revisions()[-1]) + 1:04}"
HEADER = f"""
import sqlalchemy as sa
from alembic import op
revision = "{NEXT}"
down_revision = "{revisions()[-1]}"
def upgrade():
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
"""
REBUILD_ENTITY = """
    kept = {"sqlite_autoincrement": True}
    with op.batch_alter_table("entity", recreate=recreate, table_kwargs=kept) as batch:
        batch.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
"""
REBUILD_DIRECTORY = """
    with op.batch_alter_table("directory", recreate=recreate) as batch:
        batch.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
"""
FORGET_A_CHILD = """
    op.execute("DELETE FROM file_location WHERE id = 2")
"""
ORPHAN_CHILDREN = """
    op.execute("INSERT INTO entity (id) VALUES (99)")
    op.execute("DELETE FROM entity WHERE id = 1")
"""
UPGRADE_WITH_FOREIGN_KEYS_ON = """
import sys
from alembic import command
from alembic.config import Config
from dam.core.database import WRITER_PRAGMAS, make_engine, parse_url
from dam.errors import SchemaError
config = Config()
config.set_main_option("script_location", "dam:migrations")
try:
    with make_engine(parse_url(sys.argv[1]), pragmas=WRITER_PRAGMAS).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
except SchemaError as error:
    print(error.message)
"""


@pytest.fixture
def checkout(tmp_path: Path, database_url: str) -> Checkout:
    """A checkout on a filled library."""
    fill(database_url)
    return Checkout.copied_to(tmp_path / "checkout", database_url)


@pytest.mark.parametrize("change", [REBUILD_ENTITY, REBUILD_DIRECTORY])
def test_the_children_of_a_rebuilt_table_stay(checkout: Checkout, change: str) -> None:
    before = rows_of(checkout.database_url)
    checkout.write(f"migrations/versions/{NEXT}_rebuild.py", HEADER + change)
    succeeded(checkout.alembic("upgrade", "head"))
    after = rows_of(checkout.database_url)
    assert after.pop(VERSION_TABLE) == [(NEXT,)]
    before.pop(VERSION_TABLE)
    rebuilt = "entity" if change is REBUILD_ENTITY else "directory"
    assert after.pop(rebuilt) == [(*row, "") for row in before.pop(rebuilt)]
    assert after == before


@pytest.mark.parametrize("change", [FORGET_A_CHILD, ORPHAN_CHILDREN])
def test_a_migration_that_loses_rows_is_refused_and_undone(checkout: Checkout, change: str) -> None:
    before = everything_in(checkout.database_url)
    checkout.write(f"migrations/versions/{NEXT}_lossy.py", HEADER + change)
    refused = checkout.dam("setup-db")
    assert refused.returncode == 8, refused.stderr
    assert "migration failed: " in refused.stderr
    assert everything_in(checkout.database_url) == before


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_with_foreign_keys_on_the_children_would_be_lost_and_the_guard_sees_it(checkout: Checkout) -> None:
    """The negative control: what our own engine for migrations is for."""
    # With rows there, SQLite would refuse what follows, as the index of full texts cannot follow it.
    with connected(checkout.database_url) as connection:
        connection.execute(text("DELETE FROM document_words"))
    before = everything_in(checkout.database_url)
    checkout.write(f"migrations/versions/{NEXT}_rebuild.py", HEADER + REBUILD_ENTITY)
    said = succeeded(checkout.python(UPGRADE_WITH_FOREIGN_KEYS_ON, checkout.database_url))
    assert "rows became 0" in said
    assert everything_in(checkout.database_url) == before


def test_a_migration_that_breaks_in_the_middle_is_undone(checkout: Checkout) -> None:
    before = everything_in(checkout.database_url)
    checkout.write(f"migrations/versions/{NEXT}_broken.py", HEADER + REBUILD_DIRECTORY + "    1 / 0\n")
    failed = checkout.dam("setup-db")
    assert failed.returncode not in (0, 1)
    assert everything_in(checkout.database_url) == before
