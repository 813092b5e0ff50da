"""Similar pictures by indexes that stay in memory: the very answers of a scan, whatever has changed."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from dam.errors import UsageError
from dam.library import Library
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.samples import encoded, photo
from dam.search.comparison import Thresholds
from dam.search.packing import pack
from dam.search.similar_images import SimilarImages
from tests.command_line import CommandInProcess
from tests.commands.facts import write
from tests.commands.rows import execute

ALL = (Thresholds(), Thresholds(20, 20, 20, 100), Thresholds(0, 0, 64, 256))


@pytest.fixture
def library(dam: CommandInProcess, library_environment: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library that is open, and empty."""
    library_environment.setenv("DAM_WORKERS", "0")
    assert dam("setup-db").exit_code == 0
    with Library.open() as opened:
        yield opened


def add(library: Library, folder: Path, *seeds: int) -> None:
    for seed in seeds:
        blend = Image.blend(photo(1, (96, 72)), photo(seed, (96, 72)), 0.3)
        list(library.add([write(folder / f"{seed}.png", encoded(blend, "PNG"))]))


def packed(library: Library) -> None:
    pack(library.database, [ImagePHashComponent, ImagePDQComponent], least=1, size=3)


def test_it_answers_as_a_scan_does_after_whatever_has_changed(library: Library, tmp_path: Path) -> None:
    query = write(tmp_path / "query.png", encoded(photo(1, (96, 72)), "PNG"))
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: add(library, tmp_path, 2, 3, 4, 5, 6, 7),
        lambda: packed(library),
        lambda: add(library, tmp_path, 8, 9),
        lambda: execute("DELETE FROM image_phash WHERE entity_id = 2"),
        lambda: execute("DELETE FROM image_pdq WHERE entity_id = 3", "DELETE FROM image_ahash"),
        lambda: execute("UPDATE ledger SET version = 0 WHERE entity_id = 4"),
        lambda: list(library.run()),
        lambda: execute("UPDATE image_dhash SET value = 12345678901 WHERE entity_id IN (4, 5)"),
        lambda: packed(library),
        lambda: execute("DELETE FROM fingerprint_page"),
    ]
    similarity = library.resident_similarity()
    found = 0
    for step in steps:
        step()
        for thresholds in ALL:
            # Of entities that are not there yet both say so.
            asked: list[Path | int] = [query, 5, 6]
            scanned = library.similar_to_each(asked, thresholds, limit=3)
            resident = similarity.similar_to_each(asked, thresholds, limit=3)
            assert list(map(str, resident)) == list(map(str, scanned))
            found += sum(len(one.matches) for one in scanned if isinstance(one, SimilarImages))
    assert found > 50


def test_one_picture_turned_or_not_is_answered_and_what_is_none_is_refused(
    library: Library, tmp_path: Path
) -> None:
    add(library, tmp_path, 2, 3)
    similarity = library.resident_similarity()
    upright, turned = tmp_path / "2.png", tmp_path / "turned.png"
    with Image.open(upright) as picture:
        write(turned, encoded(picture.transpose(Image.Transpose.ROTATE_90), "PNG"))
    assert similarity.similar(upright) == library.similar(upright)
    assert similarity.similar(os.fsencode(turned), rotated=True) == library.similar(turned, rotated=True)
    assert similarity.similar(turned, rotated=True).matches[0].entity == 1
    with pytest.raises(UsageError, match="not an image"):
        similarity.similar(write(tmp_path / "notes.txt", b"no picture"))
