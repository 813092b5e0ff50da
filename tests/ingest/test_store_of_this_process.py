"""A store that no other process can write to is written to by this one."""

import os
from pathlib import Path

import pytest

from dam.core.config import Settings
from dam.ingest.add_status import AddStatus
from dam.library import Library


@pytest.mark.parametrize("workers", [0, 2])
def test_whatever_the_number_of_workers(tmp_path: Path, workers: int) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'dam.db'}", store=f"memory:{tmp_path}", workers=workers
    )
    Library.set_up(settings)
    with Library.open(settings) as library:
        (added,) = library.add([os.fsencode(file)])
        assert added.status is AddStatus.NEW
        assert added.entity is not None
        assert b"".join(library.read(added.entity)) == b"a"
