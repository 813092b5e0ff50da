"""What tests of stores and of reading files may ask for."""

import uuid
from pathlib import Path

import pytest

from dam.services.stores.local_store import LocalStore, create_store


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A new store in a folder."""
    return create_store(str(tmp_path / "store"), str(uuid.uuid4()))
