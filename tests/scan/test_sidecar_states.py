"""Whatever happens to pictures and sidecars, a scan and an add later just what is on the disk counts."""

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path, PurePath
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from dam.core.component import Entity
from dam.core.condition import read_condition
from dam.core.config import load_settings
from dam.library import Library
from dam.models.image.metadata.image_title_component import ImageTitleComponent
from dam.models.image.sidecar.effective import has_effective
from dam.models.image.sidecar.samples import titled
from tests.commands.sidecar_answers import picture, raw
from tests.core.state_machines import prove

NAMES = (
    *("x/a.jpg", "x/a.cr2", "x/a.xmp", "x/a.XMP", "x/a.jpg.xmp", "x/a.cr2.xmp", "x/a"),
    *("y/a.jpg", "y/a.xmp", "y/b.jpg", "y/b.xmp", "y/b.c.jpg", "y/b.c.xmp"),
)
CONTENTS = ("picture A", "picture B", "raw", "sidecar S", "sidecar T", "broken sidecar", "text")
names, contents = st.sampled_from(NAMES), st.sampled_from(CONTENTS)
NUMBERS = count()
Counting = dict[str, set[tuple[str, str | None]]]
"""By content, the titles that count, each with the sidecar's path."""


def likely(name: str) -> st.SearchStrategy[str]:
    """Return what mostly is what its name says."""
    usual = CONTENTS[3:5] if name.lower().endswith(".xmp") else CONTENTS[:2]
    return st.sampled_from((*usual, *usual, *usual, *usual, *CONTENTS))


class Sidecars(RuleBasedStateMachine):
    """A folder of pictures and sidecars that people work in while the library knows some of it."""

    library: Library
    parent: Path

    @initialize(files=st.fixed_dictionaries({}, optional={name: likely(name) for name in NAMES}))
    def begin(self, files: dict[str, str]) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.parent))
        self.number = next(NUMBERS)
        self.files: dict[str, str] = {}
        self.bytes = {content: self.bytes_of(content) for content in CONTENTS}
        for name, content in files.items():
            self.write(name, content)

    def bytes_of(self, content: str) -> bytes:
        """Return bytes that no other example has."""
        word, _, title = content.partition(" ")
        made = {
            "picture": picture(f"{title}{self.number}"),
            "sidecar": titled(f"{title}{self.number}"),
            "raw": raw() + str(self.number).encode(),
            # Of a kind by its bytes: what is of none and was ever called `.xmp` is a sidecar for good.
            "text": f"{{\\rtf1 {self.number}}}".encode(),
        }
        return titled(f"{self.number}")[:-30] if word == "broken" else made[word]

    @rule(name=names, content=contents)
    def write(self, name: str, content: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(self.bytes[content])
        self.files[name] = content

    @rule(name=names)
    def delete(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)
        self.files.pop(name, None)

    @rule(name=names, other=names)
    def move(self, name: str, other: str) -> None:
        if name in self.files:
            (self.folder / other).parent.mkdir(exist_ok=True)
            (self.folder / name).replace(self.folder / other)
            self.files[other] = self.files.pop(name)

    @rule()
    def swap_folders(self) -> None:
        for one, other in (("x", "between"), ("y", "x"), ("between", "y")):
            if (self.folder / one).exists():
                (self.folder / one).rename(self.folder / other)
        swapped = {"x": "y", "y": "x"}
        self.files = {f"{swapped[name[0]]}{name[1:]}": content for name, content in self.files.items()}

    @rule()
    def add(self) -> None:
        for added in self.library.add([os.fsencode(self.folder)], recursive=True):
            assert added.status != "failed", added

    @rule(name=names)
    def add_one(self, name: str) -> None:
        if name in self.files:
            assert [one.status for one in self.library.add([os.fsencode(self.folder / name)])] != ["failed"]

    @rule()
    def scan(self) -> None:
        list(self.library.scan([os.fsencode(self.folder)]))

    @rule()
    def settle(self) -> None:
        self.scan()
        self.add()
        expected = counting(self.files)
        assert self.said() == expected
        assert self.found() == {(title, content) for content, said in expected.items() for title, _ in said}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.settle()
            shutil.rmtree(self.folder)

    def entities(self) -> dict[str, int]:
        found = {}
        for name, content in self.files.items():
            if not content.endswith(("sidecar", "S", "T")):
                (found[content],) = self.library.find_by_path(os.fsencode(self.folder / name))
        return found

    def said(self) -> Counting:
        """Return what the library takes for true."""
        found: Counting = {}
        for content, entity in self.entities().items():
            said = self.library.said_by_sidecars(entity)
            own = self.library.describe(entity).components.get("ImageTitle", [])
            titles = {
                (fact.component.text, os.fsdecode(fact.pair.path))
                for fact in said.facts
                if isinstance(fact.component, ImageTitleComponent)
            }
            found[content] = {
                (self.plain(title), os.path.relpath(path, self.folder)) for title, path in titles
            } or {(self.plain(row.text), None) for row in own}  # type: ignore[attr-defined]
        return found

    def found(self) -> set[tuple[str, str]]:
        """Return which contents are found by which titles."""
        contents_of = {entity: content for content, entity in self.entities().items()}
        found = set()
        with self.library.database.read() as session:
            for title in "ABST":
                text = f"ImageTitle.text={title}{self.number}"
                condition = read_condition(self.library.registry, text, has_effective)
                rows = session.scalars(select(Entity.id).where(condition))
                found |= {(title, contents_of[entity]) for entity in rows if entity in contents_of}
        return found

    def plain(self, title: str) -> str:
        return title.removesuffix(str(self.number))


def counting(files: dict[str, str]) -> Counting:
    """Return what counts, told by the names alone."""
    sidecars = {name for name, content in files.items() if "sidecar" in content}
    subjects = files.keys() - sidecars
    own: Counting = {
        content: {(content[-1], None)} if "picture" in content else set()
        for name, content in files.items()
        if name in subjects
    }
    said: Counting = defaultdict(set)
    for sidecar in sidecars:
        if sidecar.lower().endswith(".xmp") and not files[sidecar].startswith("broken"):
            for subject in meant_by(sidecar, files, subjects):
                said[files[subject]].add((files[sidecar][-1], sidecar))
    return own | said


def meant_by(sidecar: str, files: dict[str, str], subjects: set[str]) -> set[str]:
    named = sidecar[:-4]
    if named in files:
        return {named} & subjects
    siblings = [name for name in subjects if str(PurePath(name).with_suffix("")) == named and name != named]
    needs = {name: ("raw", "picture", "text").index(files[name].split()[0]) for name in siblings}
    most = {name for name, need in needs.items() if need == min(needs.values())}
    return {name for name in most if not has_its_own(name, files)}


def has_its_own(name: str, files: dict[str, str]) -> bool:
    return any("sidecar" in files.get(f"{name}{ending}", "") for ending in (".xmp", ".XMP"))


@pytest.fixture
def library(database_url: str, library_environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Library]:
    settings = load_settings(database_url=database_url, store=str(tmp_path / "store"), workers=0)
    Library.set_up(settings)
    with closing(Library.open(settings)) as opened:
        yield opened


def test_after_a_scan_and_an_add_just_what_is_on_the_disk_counts(library: Library, tmp_path: Path) -> None:
    given: dict[str, Any] = {"library": library, "parent": tmp_path}
    prove(Sidecars, examples=20, steps=12, **given)
