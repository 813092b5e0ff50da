"""Bringing a database up to the newest schema."""

from contextlib import closing

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from dam.core.database import Database, describe, is_missing, parse_url
from dam.core.database_errors import explain
from dam.errors import DamError, SchemaError
from dam.migrations.connection import migrating
from dam.migrations.state import read_state, refuse_foreign, revisions
from dam.plugins import Plugin, installed


def upgrade_database(url: str, *, busy_timeout: float = 15.0, revision: str = "head") -> bool:
    """Create or upgrade the tables of dam and of every plugin; tell whether there was anything to do.

    Nothing is ever dropped. Raises SchemaError for a schema that is newer than the program or
    somebody else's.
    """
    parsed = parse_url(url)
    _look_first(url, busy_timeout)
    plugins = [plugin for plugin in installed().plugins if plugin.migrations and plugin.head]
    with migrating(parsed, busy_timeout=busy_timeout) as connection:
        before = read_state(connection)
        # A PostgreSQL database may well be shared with others; a SQLite file is somebody's own.
        if connection.dialect.name == "sqlite" or before.revision is not None:
            refuse_foreign(before, describe(parsed))
        changed = before.revision != revisions()[-1]
        _upgrade(connection, "dam:migrations", revision, describe(parsed))
        for plugin in plugins:
            changed |= read_state(connection, plugin.version_table).revision != plugin.head
            _upgrade_plugin(connection, plugin, describe(parsed))
    return changed


def _look_first(url: str, busy_timeout: float) -> None:
    """Refuse a SQLite file of somebody else's before the guards of a writer change its journal mode."""
    database = Database(url, busy_timeout=busy_timeout)
    path = database.sqlite_path
    if path is None or is_missing(path):
        return
    with closing(database), database.read() as session:
        refuse_foreign(read_state(session.connection()), database.name)


def _upgrade_plugin(connection: Connection, plugin: Plugin, which: str) -> None:
    """Upgrade a plugin's tables; raises SchemaError naming it if its history is at fault."""
    whose = f"{which}: plugin {plugin.package}"
    try:
        _upgrade(connection, plugin.migrations or "", "head", whose)
    except DBAPIError as error:
        raise explain(error, whose) from error
    except DamError:
        raise
    except Exception as error:
        raise SchemaError(f"migration failed: {whose}: {type(error).__name__}: {error}") from error
    reached = read_state(connection, plugin.version_table).revision
    if reached != plugin.head:
        raise SchemaError(
            f"migration failed: {whose}: {plugin.version_table} says {reached or 'nothing'}, "
            f"the plugin says {plugin.head}"
        )


def _upgrade(connection: Connection, location: str, revision: str, which: str) -> None:
    config = Config()
    config.set_main_option("script_location", location)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise SchemaError(f"migration failed: {which}: {str(error).rstrip('.').lower()}") from error
