"""What the tests of searching start from."""

from typing import Any

import pytest

from dam.core.database import Database


@pytest.fixture
def database(database_url: str) -> Any:
    opened = Database(database_url)
    yield opened
    opened.close()
