"""How migrations run, for dam's own history and for those of plugins.

A plugin's `env.py` is two lines: import `run_migrations`, call it with the plugin's package and its
version table.
"""

import sys
from collections.abc import Iterator
from typing import Any, Literal

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from dam.core.component import Base
from dam.core.config import load_settings
from dam.core.database import parse_url
from dam.errors import SchemaError
from dam.migrations.connection import migrating
from dam.plugins import installed


def run_migrations(*, package: str, version_table: str) -> None:
    """Run the migrations that Alembic was asked for, on the package's own tables only.

    Uses the connection that dam's `setup-db` passes in, else one to the database of the settings.
    """
    installed()
    passed: Connection | None = context.config.attributes.get("connection")
    if passed is not None:
        _run_on(passed, package, version_table)
        return
    with migrating(parse_url(load_settings().database_url)) as connection:
        _run_on(connection, package, version_table)


def _run_on(connection: Connection, package: str, version_table: str) -> None:
    owned = {table for table, owner in _owners() if owner == package or owner.startswith(f"{package}.")}

    def include_name(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or name in owned

    def include_object(
        item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: object
    ) -> bool:
        return kind != "table" or name in owned

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=version_table,
        include_name=include_name,
        include_object=include_object,
        render_as_batch=True,
        render_item=_render_plainly,
        compare_type=True,
        transactional_ddl=True,
        transaction_per_migration=False,
        process_revision_directives=_number,
    )
    before = row_counts(connection)
    context.run_migrations()
    _check_nothing_lost(connection, before)


def row_counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows in every table but the version tables.

    On PostgreSQL, in the tables of dam and its plugins: others' may not be ours to read.
    """
    names = [name for name in inspect(connection).get_table_names() if not name.endswith("_version")]
    if connection.dialect.name != "sqlite":
        names = [name for name in names if name in Base.metadata.tables]
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {quote(name)}")).scalar_one()  # noqa: S608
        for name in names
    }


def _check_nothing_lost(connection: Connection, before: dict[str, int]) -> None:
    """Raise SchemaError, which rolls everything back, if a migration lost rows or references."""
    after = row_counts(connection)
    for table, count in before.items():
        if table in after and after[table] < count:
            raise SchemaError(f"migration failed: {table}: {count} rows became {after[table]}")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise SchemaError(f"migration failed: {broken[0]}: a row refers to one that is gone")


def _owners(root: type[Base] = Base) -> Iterator[tuple[str, str]]:
    """Yield every mapped table with the module of its class."""
    # Not through the registry of mappers, which a class that a broken plugin left half-made makes fail.
    for cls in root.__subclasses__():
        if "__table__" in cls.__dict__:
            yield cls.__tablename__, cls.__module__
        yield from _owners(cls)


def _render_plainly(kind: str, item: Any, autogenerate_context: object) -> str | Literal[False]:
    """Write our own column types into migrations as what they are in the database.

    A migration that imported them would change whenever they do.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def _number(migration: MigrationContext, revision: object, directives: list[MigrationScript]) -> None:
    """Give a new revision the number after the last one."""
    asked = getattr(context.config.cmd_opts, "autogenerate", False)
    if asked and directives and directives[0].upgrade_ops and directives[0].upgrade_ops.is_empty():
        # The models are as the database is: an empty revision would only have to be taken back again.
        print("no changes were found, so no revision was written", file=sys.stderr)  # noqa: T201
        directives.clear()
    script = ScriptDirectory.from_config(context.config)
    head = script.get_current_head()
    if directives:
        directives[0].rev_id = f"{int(head or 0) + 1:04}" if (head or "0").isdigit() else directives[0].rev_id
