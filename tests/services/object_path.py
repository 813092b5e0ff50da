"""Where a local store keeps an object."""

from pathlib import Path

from dam.services.stores.local_store import LocalStore


def object_path(store: LocalStore, sha256: bytes) -> Path:
    name = sha256.hex()
    return Path(store.root, "objects", name[:2], name[2:4], name)
