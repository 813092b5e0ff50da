"""Whatever happens to files, a scan and an add later the open places are just what is on the disk."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from dam.core.config import load_settings
from dam.library import Library
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.file_location_component import FileLocationComponent
from dam.scan.scanned import ScanStatus
from tests.core.state_machines import prove

NAMES = ("a", "b", "c", "in/a", "in/b", "in/deep/a", "out/a")
CONTENTS = (b"", b"1", b"2", b"11", b"22")
names, contents = st.sampled_from(NAMES), st.sampled_from(CONTENTS)
Row = tuple[int, int, bytes, datetime | None, str]


class ScannedTree(RuleBasedStateMachine):
    """A folder that people work in while the library knows some of it."""

    library: Library
    parent: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.parent))
        self.closed: dict[int, Row] = {}

    @rule(name=names, content=contents)
    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        if path.parent.is_dir() or not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @rule(name=names)
    def touch(self, name: str) -> None:
        if (self.folder / name).exists():
            os.utime(self.folder / name)

    @rule(name=names)
    def delete(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    @rule(name=names, target_name=names)
    def move(self, name: str, target_name: str) -> None:
        """Move a file, also over another one."""
        source, target = self.folder / name, self.folder / target_name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)

    @rule(name=names, target_name=names)
    def copy(self, name: str, target_name: str) -> None:
        source, target = self.folder / name, self.folder / target_name
        if source.exists() and source != target:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)

    @rule(name=names, other=names)
    def swap(self, name: str, other: str) -> None:
        first, second = self.folder / name, self.folder / other
        if first.exists() and second.exists() and first != second:
            between = self.folder / "between"
            first.rename(between)
            second.rename(first)
            between.rename(second)

    @rule()
    def move_folder(self) -> None:
        source, target = self.folder / "in", self.folder / "out"
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            source.rename(target)

    @rule()
    def add(self) -> None:
        for added in self.library.add([os.fsencode(self.folder)], recursive=True):
            assert added.status != "failed", added

    @rule(dry_run=st.booleans())
    def scan(self, dry_run: bool) -> None:
        before = self.open_places()
        said = list(self.library.scan([os.fsencode(self.folder)], dry_run=dry_run))
        assert {place.path for place in said} == set(before), "each known place once"
        assert not any(place.last_copy_gone for place in said), "the store has them all"
        assert {place.status for place in said}.isdisjoint({ScanStatus.FAILED, ScanStatus.OFFLINE})
        after = self.open_places()
        if dry_run:
            assert after == before
        else:
            assert after.items() <= self.on_disk().items(), "nothing is said to be where it is not"

    @rule()
    def settle(self) -> None:
        self.scan(dry_run=False)
        self.add()
        assert self.open_places() == self.on_disk()

    @invariant()
    def history_is_kept(self) -> None:
        closed = {row[0]: row for row in self.rows() if row[3] is not None}
        assert closed.items() >= self.closed.items()
        assert all(row[4] == "missing" for row in closed.values())
        self.closed = closed

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.settle()
            self.history_is_kept()

    def on_disk(self) -> dict[bytes, bytes]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {os.fsencode(path): hashlib.sha256(path.read_bytes()).digest() for path in files}

    def open_places(self) -> dict[bytes, bytes]:
        """Return the digests of open, present places in the folder by path."""
        with self.library.database.read() as session:
            entities = session.execute(
                select(ContentHashSHA256Component.entity_id, ContentHashSHA256Component.digest)
            ).all()
        digests = {entity: bytes(digest) for entity, digest in entities}
        found: dict[bytes, bytes] = {}
        for asset in self.library.assets(list(digests)):
            for place in asset.locations:
                if place.is_open and place.path.startswith(os.fsencode(self.folder) + b"/"):
                    assert place.path not in found
                    assert place.row.state == "present"
                    found[place.path] = digests[asset.entity]
        return found

    def rows(self) -> list[Row]:
        columns = FileLocationComponent
        with self.library.database.read() as session:
            found = session.execute(
                select(columns.id, columns.entity_id, columns.name, columns.closed_at, columns.state)
            )
            return [(row.id, row.entity_id, row.name, row.closed_at, row.state) for row in found]


@pytest.fixture
def library(database_url: str, library_environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Library]:
    settings = load_settings(database_url=database_url, store=str(tmp_path / "store"), workers=0)
    Library.set_up(settings)
    with closing(Library.open(settings)) as opened:
        yield opened


def test_after_a_scan_and_an_add_the_open_places_are_what_is_on_the_disk(
    library: Library, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"library": library, "parent": tmp_path}
    prove(ScannedTree, examples=20, steps=20, **given)
