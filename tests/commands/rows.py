"""What tests change in a library's database behind its back, as older programs and other tools do."""

import os

from sqlalchemy import create_engine, text

from dam.core.database import Database


def execute(*statements: str) -> None:
    """Run statements on the database of the settings, in one transaction."""
    engine = create_engine(os.environ["DATABASE_URL"])
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def library_database() -> Database:
    """Open the database of the settings; close it in the end."""
    return Database(os.environ["DATABASE_URL"])
