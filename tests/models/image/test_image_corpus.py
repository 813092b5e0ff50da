"""Real files made by others: hashes as expected, and nothing hangs, grows or crashes.

Runs only where DAM_TEST_CORPUS names the folder; what is expected stands in its EXPECTED and MANIFEST files.
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from dam.core.content import Content
from dam.models.image import ImageComponent
from dam.models.image.decoding import DecodeError
from dam.models.image.dimensions_component import DimensionsComponent, measure
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.orientation import turned_size
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.models.image.preview_component import make_preview
from dam.models.image.raster import Raster, raster
from dam.models.pdq import pdq
from tests.models.image.test_image_preview import Shelf

OUR_OWN_KINDS = {"image", "exif", "malformed", "tiny", "raw"}


class Expected(NamedTuple):
    path: str
    made: Raster
    row: dict[str, str]

    @property
    def is_scaled(self) -> bool:
        return self.made.picture.size != self.made.displayed_size

    @property
    def drifts(self) -> list[int]:
        perceptual, average, difference = hash_perceptually(self.made)
        pairs = (
            (perceptual.value, "phash8_upright"),
            (average.value, "ahash8_upright"),
            (difference.value, "dhash8_upright"),
        )
        return [(value ^ int(self.row[name], 16)).bit_count() for value, name in pairs]


def table(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")


def content_of(file: Path) -> Content:
    return Content(open=lambda: file.open("rb"), size=file.stat().st_size)


def extensions(file: Path) -> frozenset[str]:
    return frozenset({file.suffix[1:].lower()}) - {""}


@pytest.fixture(scope="module")
def expected(corpus: Path) -> list[Expected]:
    rows = table(corpus / "EXPECTED-imagehash.tsv")
    return [Expected(r["path"], raster(content_of(corpus / r["path"])), r) for r in rows]


def test_pictures_decoded_in_full_have_the_expected_hashes(expected: list[Expected]) -> None:
    in_full = [e for e in expected if not e.is_scaled]
    assert len(in_full) >= 280
    assert [(e.path, e.drifts) for e in in_full if any(e.drifts)] == []


def test_scaled_decodes_drift_by_a_bit_or_less_on_average(expected: list[Expected]) -> None:
    scaled = [e for e in expected if e.is_scaled]
    assert len(scaled) >= 15
    assert np.mean([e.drifts for e in scaled]) < 1


def test_pdq_is_within_ten_bits_where_it_has_quality(expected: list[Expected]) -> None:
    # Smaller pictures are enlarged to 64x64, so that many frequencies are nothing but rounding.
    compared = 0
    for e in expected:
        if e.row["exif_orientation"] not in {"0", "1"} or min(e.made.picture.size) < 64:
            continue
        if e.made.clipped is not None:
            continue  # It was expected of what Pillow clips.
        found = pdq(e.made.picture)
        if found.quality < 50:
            continue
        compared += 1
        drift = (int.from_bytes(found.value, "big") ^ int(e.row["pdq"], 16)).bit_count()
        assert drift <= 10, e.path
    assert compared >= 100


def test_dimensions_are_those_of_the_picture_as_displayed(expected: list[Expected], corpus: Path) -> None:
    for e in expected:
        stated = int(e.row["width"]), int(e.row["height"])
        # The expectation was measured before turning, except that TIFF is turned by its decoder.
        orientation = 1 if e.path.endswith(".tif") else int(e.row["exif_orientation"])
        found, *_ = measure(content_of(corpus / e.path))
        assert isinstance(found, DimensionsComponent)
        assert (found.width, found.height) == e.made.displayed_size == turned_size(stated, orientation), (
            e.path
        )


def test_only_pictures_are_recognised(corpus: Path) -> None:
    wrong = [
        row["path"]
        for row in table(corpus / "MANIFEST.tsv")
        if row["media_type"] not in OUR_OWN_KINDS
        and ImageComponent.recognise(content_of(corpus / row["path"]).head(), extensions(Path(row["path"])))
    ]
    assert wrong == []


def test_whole_pictures_are_recognised(corpus: Path) -> None:
    missed = {
        row["path"].rpartition("/")[2]
        for row in table(corpus / "MANIFEST.tsv")
        if row["media_type"] == "image"
        and not row["path"].startswith("malformed/")
        and not ImageComponent.recognise(
            content_of(corpus / row["path"]).head(), extensions(Path(row["path"]))
        )
    }
    # PostScript, FlashPix and DICOM are documents to us, and invalid.jpg is empty.
    assert missed == {"fixture.eps", "fixture.ps", "fixture.dcm", "input_bw_one_band.fpx", "invalid.jpg"}


def test_no_file_hangs_or_crashes(corpus: Path) -> None:
    decoded, reasons = 0, []
    shelf = Shelf()
    for file in sorted(p for p in corpus.rglob("*") if p.is_file()):
        content = content_of(file)
        if not ImageComponent.recognise(content.head(), extensions(file)):
            continue
        started = time.process_time()
        try:
            measure(content)
            made = raster(content)
            hash_perceptually(made)
            hash_pdq(made)
            make_preview(made, shelf)
            decoded += 1
        except DecodeError as error:
            reasons.append(str(error))
        assert time.process_time() - started < 20, file
    assert decoded >= 350
    assert len(reasons) >= 100
    assert all(10 < len(reason) < 250 for reason in reasons)
