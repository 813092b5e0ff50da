"""Databases for tests of the core."""

from collections.abc import Iterator

import pytest

from dam.core.database import WRITER_PRAGMAS, Database, make_engine, parse_url
from tests.core.invented import create_tables


@pytest.fixture
def invented_database(database_url: str) -> Iterator[Database]:
    """A migrated database that has the tables of the invented components too."""
    engine = make_engine(parse_url(database_url), pragmas=WRITER_PRAGMAS)
    create_tables(engine)
    engine.dispose()
    opened = Database(database_url)
    yield opened
    opened.close()
