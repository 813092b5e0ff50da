"""The pictures of a library are read as they are, however many there are, and wherever their ids lie."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from sqlalchemy import insert, update

from dam.core.component import Entity, table_of
from dam.core.database import Database
from dam.core.ledger import LedgerRow, Outcome, system_ids
from dam.duplicates import pictures
from dam.duplicates.pictures import DHASH, PDQ, PHASH, PLAIN, Pictures, load_pictures
from dam.models.fingerprint_page import FingerprintPage
from dam.models.image import ImageComponent
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.search.packing import pack
from dam.search.words import Words

FINGERPRINTS = (ImagePDQComponent, ImagePHashComponent, ImageDHashComponent)
FAR = 1 << 40
LEAST = 50


class Picture(NamedTuple):
    """What the tables have of an image; None where they have nothing."""

    entity: int
    pdq: int | None
    quality: int
    phash: int | None
    dhash: int | None
    sides: tuple[int, int] | None
    is_current: bool

    @property
    def is_comparable(self) -> bool:
        hashes = (self.pdq, self.phash, self.dhash)
        return (
            None not in hashes and self.quality >= 10 and min(self.sides or (0, 0)) >= 32 and self.is_current
        )


def some(count: int, first: int = FAR, *, whole: bool = False) -> list[Picture]:
    """Make up pictures, some of which lack something unless they are to be whole."""
    rng = np.random.default_rng(count)

    def word() -> int:
        return int(rng.integers(0, 1 << 64, dtype=np.uint64))

    def there() -> bool:
        return whole or bool(rng.random() < 0.9)

    def picture(entity: int) -> Picture:
        pdq = int.from_bytes(b"".join(word().to_bytes(8) for _ in range(4)))
        return Picture(
            entity,
            pdq if there() else None,
            100 if whole else int(rng.integers(0, 101)),
            word() if there() else None,
            word() if there() else None,
            (int(rng.integers(32 if whole else 20, 5000)), 100_000) if there() else None,
            there(),
        )

    return [picture(first + 3 * number) for number in range(count)]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def fill(database: Database, images: list[Picture]) -> None:
    def rows(component: Any, found: Iterator[dict[str, Any]]) -> None:
        if lot := list(found):
            session.execute(insert(table_of(component)), lot)

    systems = {hash_pdq.name: hash_pdq.version, hash_perceptually.name: hash_perceptually.version}
    with database.write() as session:
        ids = system_ids(session, systems)
        rows(Entity, ({"id": one.entity} for one in images))
        rows(ImageComponent, ({"entity_id": one.entity, "media_type": "image/png"} for one in images))
        rows(
            DimensionsComponent,
            (
                {"entity_id": one.entity, "width": one.sides[0], "height": one.sides[1]}
                for one in images
                if one.sides
            ),
        )
        rows(
            ImagePDQComponent,
            (
                {"entity_id": one.entity, "value": one.pdq.to_bytes(32), "quality": one.quality}
                for one in images
                if one.pdq is not None
            ),
        )
        for component, name in ((ImagePHashComponent, "phash"), (ImageDHashComponent, "dhash")):
            values = ((one.entity, getattr(one, name)) for one in images)
            rows(component, ({"entity_id": e, "value": value} for e, value in values if value is not None))
        for name, version in systems.items():
            rows(
                LedgerRow,
                (
                    {
                        "entity_id": one.entity,
                        "system_id": ids[name],
                        "version": version if one.is_current else version + 1,
                        "outcome": Outcome.DONE.value,
                    }
                    for one in images
                ),
            )


def load(database: Database) -> tuple[Pictures, Words]:
    with database.read() as session:
        return load_pictures(session, LEAST)


def require_all_that_are_comparable(found: tuple[Pictures, Words], images: list[Picture]) -> None:
    loaded, planes = found
    wanted = [one for one in images if one.is_comparable]
    assert loaded.entities.tolist() == [one.entity for one in wanted]
    assert len(loaded) == planes.shape[1] == len(wanted)
    assert sum(loaded.left_out) == len(images) - len(wanted)
    assert [*zip(loaded.width.tolist(), loaded.height.tolist(), strict=True)] == [one.sides for one in wanted]
    pdq = planes[PDQ].T.astype(">u8")
    assert [int.from_bytes(one.tobytes()) for one in pdq] == [one.pdq for one in wanted]
    assert planes[PHASH].tolist() == [one.phash for one in wanted]
    assert planes[DHASH].tolist() == [one.dhash for one in wanted]
    assert planes[PLAIN].tolist() == [int(one.quality < LEAST) for one in wanted]


@pytest.mark.parametrize("count", [0, 1, 2, 101])
@pytest.mark.parametrize("first", [1, FAR])
@pytest.mark.parametrize("whole", [True, False])
def test_what_can_be_compared_is_read(database: Database, count: int, first: int, whole: bool) -> None:
    images = some(count, first, whole=whole)
    fill(database, images)
    require_all_that_are_comparable(load(database), images)
    pack(database, FINGERPRINTS, least=1, size=7)
    require_all_that_are_comparable(load(database), images)


def test_it_is_read_the_same_however_many_rows_come_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_FETCHED", 7)
    images = some(101)
    fill(database, images)
    require_all_that_are_comparable(load(database), images)


def test_a_page_that_counts_too_few_hides_none(database: Database) -> None:
    images = some(101)
    fill(database, images)
    pack(database, FINGERPRINTS, least=1, size=30)
    with database.write() as session:
        session.execute(update(FingerprintPage).values(count=1))
    require_all_that_are_comparable(load(database), images)


def test_only_entities_that_are_among_the_pictures_are_marked() -> None:
    sides = np.zeros(3, dtype=np.uint32)
    found = Pictures(np.array([3, FAR, FAR + 9]), sides, sides)
    marked = found.marked(np.array([FAR + 9, 4, 3, FAR + 10, 0]))
    assert marked.tolist() == [True, False, True]
    assert not found.marked(np.array([], dtype=np.int64)).any()
