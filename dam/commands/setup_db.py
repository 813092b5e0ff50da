"""`dam-cli setup-db`: create the library, or bring it up to date."""

import os

from dam.commands import AsJson, command_app

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def setup_db(as_json: AsJson = False) -> None:
    """Create the library, or bring it up to date.

    Makes the tables in the database that DATABASE_URL names and the store in the folder that DAM_STORE
    names. Doing it again is harmless, and nothing is ever dropped.
    """
    from dam.commands.output import print_json, print_line
    from dam.commands.session import prepare
    from dam.core.database import describe, parse_url
    from dam.core.path_text import show_path
    from dam.errors import UsageError
    from dam.library import Library

    settings = prepare()
    if settings.store.startswith("memory:"):
        raise UsageError("bad setting: DAM_STORE: a store in memory is gone when this command ends")
    changed = Library.set_up(settings)
    database = describe(parse_url(settings.database_url))
    if as_json:
        print_json({"changed": changed, "database": database, "store": settings.store})
        return
    store = show_path(os.fsencode(settings.store))
    print_line(f"{'set up' if changed else 'up to date'}: database {database}, store {store}")
