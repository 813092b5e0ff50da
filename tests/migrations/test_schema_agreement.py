"""Models and migrations say the same, down to every constraint and index."""

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Table

from dam.core.component import Base, Fingerprint
from dam.core.database import Database
from dam.migrations.state import revisions
from dam.plugins import installed
from dam.search.layout import is_watched
from tests.migrations.schemas import TEXT_INDEX, connected, schema_of


def tables_of_dam() -> list[Table]:
    """Return the tables of the models, without those that other tests invent."""
    installed()
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("dam.") and isinstance(mapper.local_table, Table)
    ]


def test_the_migrated_schema_is_that_of_the_models(database_url: str, empty_database_url: str) -> None:
    with connected(empty_database_url) as connection:
        Base.metadata.create_all(connection, tables=tables_of_dam())
    undescribed = ("packed_", TEXT_INDEX)
    migrated = {
        row for row in schema_of(database_url) if not any(str(n).startswith(undescribed) for n in row[:2])
    }
    assert migrated == schema_of(empty_database_url)
    assert len(schema_of(database_url)) > len(tables_of_dam())


def test_what_autogenerate_does_not_compare_is_there(database_url: str, database_kind: str) -> None:
    written = str(schema_of(database_url))
    assert written.count("closed_at IS NULL") == 1, "the partial unique index of open places"
    assert "outcome = 3" in written, "the partial index of problems"
    assert "ck_file_location_state_known" in written
    if database_kind == "sqlite":
        assert "WITHOUT ROWID" in written
        assert "AUTOINCREMENT" in written


def test_the_tables_of_all_fingerprints_are_watched(database_url: str) -> None:
    fingerprints = [c for c in installed().registry.components if issubclass(c, Fingerprint)]
    assert len(fingerprints) >= 4
    database = Database(database_url)
    with database.read() as session:
        assert [c for c in fingerprints if not is_watched(session, c)] == []
    database.close()


def test_the_history_is_one_line_with_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", "dam:migrations")
    script = ScriptDirectory.from_config(config)
    assert [revision.revision for revision in script.walk_revisions()][::-1] == revisions()
    assert script.get_heads() == [revisions()[-1]]
    assert len(script.get_bases()) == 1
    assert not any(revision.is_branch_point for revision in script.walk_revisions())
