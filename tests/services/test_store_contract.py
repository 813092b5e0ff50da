"""Both stores keep the contract that every store has to keep."""

import os
import uuid
from pathlib import Path

import pytest

from dam.services.file_storage import Store, create_store
from dam.services.stores.local_store import LocalStore
from dam.services.stores.memory_store import MemoryStore
from dam.testing import StoreContract


class TestLocalStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return create_store(str(tmp_path / "store"), str(uuid.uuid4()))

    def damage(self, store: Store, sha256: bytes) -> None:
        assert isinstance(store, LocalStore)
        path = Path(store.root, "objects", sha256.hex()[:2], sha256.hex()[2:4], sha256.hex())
        path.chmod(0o644)
        os.truncate(path, path.stat().st_size - 1)


class TestLocalStoreWithAnOddPath(TestLocalStore):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        odd = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 #1?%41:\n")
        return create_store(odd, str(uuid.uuid4()))


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return create_store(f"memory:{uuid.uuid4()}", str(uuid.uuid4()))

    def damage(self, store: Store, sha256: bytes) -> None:
        assert isinstance(store, MemoryStore)
        store.objects[sha256] = store.objects[sha256][:-1]
