"""Incremental = from scratch, once more with the real systems on real pictures."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import delete
from sqlalchemy.orm import Session

from dam.core.component import Component, Entity
from dam.core.content import Source
from dam.core.database import Database
from dam.core.executor import InProcess
from dam.core.ledger import LedgerRow
from dam.core.recognition import FileExtensionComponent, recognition_system
from dam.core.registry import Registry
from dam.core.run import Runner
from dam.core.state import read_states
from dam.core.system import System
from dam.core.world import World
from dam.models.image import ImageComponent, samples
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_colours_component import ImageColoursComponent
from dam.models.image.image_frames_component import ImageFramesComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_pixel_hash_component import ImagePixelHashComponent
from dam.models.image.metadata.capture_time_component import CaptureTimeComponent
from dam.models.image.metadata.image_keyword_component import ImageKeywordComponent
from dam.models.image.metadata.image_metadata_component import ImageMetadataComponent
from dam.models.image.metadata.image_title_component import ImageTitleComponent
from dam.models.image.preview_component import PreviewComponent
from dam.models.image.sidecar import SidecarComponent
from dam.models.image.sidecar import samples as sidecars
from dam.models.image.sidecar.sidecar_properties_component import SidecarPropertiesComponent
from dam.plugins import installed
from dam.services.file_storage import Store, create_store
from tests.core.state_machines import prove
from tests.core.test_incremental import Bytes, from_scratch

NAMES = (
    "image.find_colours",
    "image.measure",
    "image.hash_perceptually",
    "image.hash_pdq",
    "image.hash_pixels",
    "image.keep_metadata",
    "image.make_preview",
    "image.read_capture",
    "image.read_description",
    "image.read_sidecar",
)
DERIVED = (
    ImageColoursComponent,
    ImageComponent,
    ImageFramesComponent,
    DimensionsComponent,
    ImagePDQComponent,
    ImagePixelHashComponent,
    PreviewComponent,
    ImageMetadataComponent,
    CaptureTimeComponent,
    ImageKeywordComponent,
    ImageTitleComponent,
    SidecarComponent,
    SidecarPropertiesComponent,
)


@cache
def contents() -> dict[str, bytes]:
    """Pictures of every sort, and things that are none."""
    pictures = {**samples.good(), **samples.odd(), **samples.broken()}
    small = {name: data for name, data in pictures.items() if len(data) < 100_000}
    small |= sidecars.odd() | {"cut.xmp": sidecars.broken()["cut.xmp"]}
    small |= {"described-otherwise.jpg": samples.described("Sea")}
    return {**small, "notes.txt": b"no picture", "empty": b""}


class IncrementalImages(RuleBasedStateMachine):
    """Adds pictures, takes derived rows away, raises versions, and runs some or all."""

    database: Database
    store: Store

    @initialize()
    def begin(self) -> None:
        self.raised = dict.fromkeys(NAMES, 0)
        self.with_images = True
        self.sources: dict[int, Bytes] = {}
        with self.database.write() as session:
            session.execute(delete(Entity))
        for name in list(contents())[:2]:
            self.add(name)

    @property
    def registry(self) -> Registry:
        present = installed().registry
        if not self.with_images:
            others = tuple(c for c in present.components if c is not ImageComponent)
            return Registry(others, (recognition_system(()),))
        systems = tuple(self._raise(system) for system in present.systems)
        return Registry(present.components, systems)

    def _raise(self, system: System[Any, Any]) -> System[Any, Any]:
        by = self.raised.get(system.name, 0)
        if not by:
            return system
        return System(
            system.function,
            version=system.version + by,
            on=system.on,
            on_demand=system.on_demand,
            name=system.name,
        )

    @rule(name=st.sampled_from(sorted(contents())))
    def add(self, name: str) -> None:
        with self.database.write() as session:
            extension = FileExtensionComponent(extension=name.rpartition(".")[2][:8])
            entity = World(session, self.registry).spawn(extension)
        self.sources[entity] = Bytes(contents()[name], reachable=True)

    @rule(index=st.integers(0, 9), extension=st.sampled_from(["jpg", "tga", "nef", "txt"]))
    def rename(self, index: int, extension: str) -> None:
        if self.sources:
            with self.database.write() as session:
                entity = sorted(self.sources)[index % len(self.sources)]
                World(session, self.registry).add(entity, FileExtensionComponent(extension=extension))

    @rule(index=st.integers(0, 9), component=st.sampled_from(DERIVED))
    def remove_derived(self, index: int, component: type[Component]) -> None:
        if self.sources:
            with self.database.write() as session:
                entity = sorted(self.sources)[index % len(self.sources)]
                World(session, self.registry).remove(entity, component)

    @rule(name=st.sampled_from(NAMES))
    def raise_version(self, name: str) -> None:
        self.raised[name] += 1

    @rule(with_images=st.booleans())
    def install(self, with_images: bool) -> None:
        self.with_images = with_images

    @rule(names=st.sets(st.sampled_from([*NAMES, "kind.recognise"]), min_size=1))
    def run_some(self, names: set[str]) -> None:
        chosen = [system for system in self.registry.systems if system.name in names]
        if chosen:
            self._run(chosen)

    @rule()
    def run_all(self) -> None:
        self._run(None)
        present = self.registry
        with self.database.read() as session:
            states = read_states(session, present, sorted(self.sources))
        for entity, state in states.items():
            expected = from_scratch(present, entity, state, self.sources[entity], self.store)
            assert {c: rows for c, rows in state.rows.items() if rows} == expected.rows
            names = {system.name for system in present.systems}
            assert {n: entry for n, entry in state.ledger.items() if n in names} == expected.ledger

    def _run(self, chosen: list[System[Any, Any]] | None) -> None:
        def find(session: Session, entities: Sequence[int]) -> dict[int, Source]:
            return {entity: self.sources[entity] for entity in entities}

        runner = Runner(self.database, self.registry, InProcess(), find, derived=self.store)
        for _ in runner.run(chosen):
            pass

    def teardown(self) -> None:
        if hasattr(self, "sources"):
            self.with_images = True
            self.run_all()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def scratch_store() -> Store:
    return create_store("memory:incremental-images", "0" * 32)


def test_incremental_equals_from_scratch_with_the_real_image_systems(database: Database) -> None:
    prove(IncrementalImages, examples=12, steps=15, database=database, store=scratch_store())
    with database.read() as session:
        assert session.query(LedgerRow).count() > 0


@pytest.mark.deep
@pytest.mark.timeout(0)  # As long as it takes.
def test_incremental_equals_from_scratch_with_images_at_length(database: Database) -> None:
    prove(IncrementalImages, examples=200, steps=40, database=database, store=scratch_store())


def test_a_row_that_was_taken_away_while_its_plugin_was_gone_comes_back_with_it(database: Database) -> None:
    members = {"database": database, "store": scratch_store()}
    machine = type("IncrementalImagesHere", (IncrementalImages,), members)()
    machine.begin()
    machine.run_all()
    machine.install(with_images=False)
    machine.remove_derived(component=ImageComponent, index=0)
    machine.install(with_images=True)
    machine.run_all()
