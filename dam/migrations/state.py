"""Which revision a database is at, found out without loading Alembic."""

from dataclasses import dataclass
from importlib.resources import files

from sqlalchemy import Connection, inspect, text

from dam.errors import NoLibrary, SchemaError
from dam.plugins import Plugin

VERSION_TABLE = "alembic_version"
_SET_UP = "make one with: dam-cli setup-db"
_BRING_UP = "bring it up to date with: dam-cli setup-db"


@dataclass(frozen=True)
class SchemaState:
    """What a database says of one history."""

    revision: str | None
    has_tables: bool


def revisions() -> list[str]:
    """Return the revisions of dam's own history, oldest first, from the names of their files."""
    names = (entry.name for entry in files("dam.migrations").joinpath("versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name.endswith(".py") and name[0].isdigit())


def read_state(connection: Connection, version_table: str = VERSION_TABLE) -> SchemaState:
    """Return what the database says of the history with this version table."""
    tables = inspect(connection).get_table_names()
    if version_table not in tables:
        return SchemaState(None, bool(tables))
    revision = connection.execute(text(f'SELECT version_num FROM "{version_table}"')).scalar()  # noqa: S608
    return SchemaState(revision, True)


def require_current(connection: Connection, which: str, plugins: tuple[Plugin, ...]) -> None:
    """Raise NoLibrary or SchemaError unless the schema is exactly this program's.

    Tables and revisions of plugins that are not installed do not matter.
    """
    state = read_state(connection)
    # A PostgreSQL database may be shared with others; a SQLite file is somebody's own.
    if state.revision is None and not (state.has_tables and connection.dialect.name == "sqlite"):
        raise NoLibrary(f"no library here: {which}: the database has no tables of dam's", hint=_SET_UP)
    refuse_foreign(state, which)
    if state.revision != revisions()[-1]:
        raise SchemaError(
            f"schema not current: {which}: revision {state.revision}, not {revisions()[-1]}", hint=_BRING_UP
        )
    for plugin in plugins:
        found = read_state(connection, plugin.version_table).revision if plugin.migrations else None
        if plugin.migrations and found != plugin.head:
            raise SchemaError(
                f"schema not current: {which}: plugin {plugin.package} is at {found or 'nothing'}, "
                f"not {plugin.head}",
                hint=_BRING_UP,
            )


def refuse_foreign(state: SchemaState, which: str) -> None:
    """Raise SchemaError for a database of somebody else's, or of a newer dam."""
    if state.revision is None and state.has_tables:
        raise SchemaError(f"schema not known: {which}: there are tables, but none of dam's")
    if state.revision is not None and state.revision not in revisions():
        raise SchemaError(
            f"schema too new: {which}: revision {state.revision} is newer than this program, which ends at "
            f"{revisions()[-1]}",
            hint="use the newer dam that made it",
        )
