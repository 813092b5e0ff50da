"""Metadata of real files made by others, compared with what ExifTool reads of them.

Runs only where DAM_TEST_CORPUS names the folder.
"""

import json
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from dam.core.holdable import require_holdable
from dam.models.image import ImageComponent
from dam.models.image.metadata.capture_system import read_capture
from dam.models.image.metadata.description_system import read_description
from dam.models.image.metadata.embedded import metadata
from dam.models.image.metadata.image_metadata_component import keep_metadata
from tests.models.image.metadata.our_reading import our_reading
from tests.models.image.metadata.second_opinion import second_opinion
from tests.models.image.test_image_corpus import content_of, extensions

SAME = 1e-4
"""Of a number: ExifTool rounds ratios to ten digits, and some are written with four."""

ONLY_THEIRS = {
    # 0 is how cameras write that they do not know.
    "exif/odd/ExifUndefType.jpg": {"seconds": 0.0, "aperture": 0.0, "focal_length": 0.0, "iso": 0.0},
    "exif/orientation/Landscape_0.jpg": {"orientation": 0.0},
    "exif/orientation/Portrait_0.jpg": {"orientation": 0.0},
    "exif/real/FujiFilmFinePixS1Pro.jpg": {"iso": 0.0, "focal_length": 0.0},
    "exif/real/FujiFilmFinePixS1Pro.png": {"iso": 0.0, "focal_length": 0.0},
    # A ratio to 0 is no number.
    "exif/real/invalid-gps": {"focal_length": float("inf")},
    # A longitude that is not on earth, or 0/0: half a position is none.
    "exif/odd/bad-exif.jpg": {"latitude": 45.5439638888889, "longitude": -4294966352.0},
    "exif/odd/nan-exif.jpg": {"latitude": 45.5439638888889, "longitude": 0.0},
}
ONLY_OURS = {
    # What ExifTool gives up on, for a length that is wrong: the rest can be read.
    "exif/odd/hopper_bad_exif.jpg": {"orientation"},
    "exif/real/exif-no-tz.jpg": None,
    "raw/fixture-Leica-M10.dng": {"taken"},
    # Computed from the shutter speed, where there is no exposure time.
    "exif/real/FujiFilmFinePixS1Pro.jpg": {"seconds"},
    "exif/real/FujiFilmFinePixS1Pro.png": {"seconds"},
    # A RAF of which there is only the beginning, under another name.
    "raw/fujifilm_x_t1_01.raf.meta": None,
}
"""What ExifTool does not find; None where it finds nothing at all."""

Readings = dict[str, tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture(scope="module")
def readings(corpus: Path) -> Readings:
    """What ExifTool and we read of each picture, by path."""
    found: Readings = {}
    for said in json.loads((corpus / "EXPECTED-exiftool.json").read_text()):
        path = corpus / said["SourceFile"]
        if not path.is_file():
            continue
        content = content_of(path)
        if ImageComponent.recognise(content.head(), extensions(path)):
            found[said["SourceFile"]] = second_opinion(said), our_reading(content)
    return found


def is_same(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, float) and isinstance(ours, float):
        return abs(theirs - ours) <= SAME * abs(theirs)
    return bool(theirs == ours)


def test_values_are_what_exiftool_reads_but_for_those_that_mean_nothing(readings: Readings) -> None:
    differing = {
        path: {name: value for name, value in theirs.items() if not is_same(value, ours.get(name))}
        for path, (theirs, ours) in readings.items()
    }
    assert {path: values for path, values in differing.items() if values} == ONLY_THEIRS


def test_nothing_is_found_that_exiftool_does_not_find_but_where_it_gives_up(readings: Readings) -> None:
    more = {path: ours.keys() - theirs.keys() for path, (theirs, ours) in readings.items()}
    assert {path: names for path, names in more.items() if names} == {
        path: readings[path][1].keys() if names is None else names for path, names in ONLY_OURS.items()
    }


def test_nearly_all_values_are_equal(readings: Readings) -> None:
    pairs = [(value, ours.get(name)) for theirs, ours in readings.values() for name, value in theirs.items()]
    assert len(pairs) >= 830
    assert sum(is_same(*pair) for pair in pairs) / len(pairs) >= 0.98


def test_no_file_makes_trouble(corpus: Path) -> None:
    read = 0
    for path in sorted(p for p in corpus.rglob("*") if p.is_file()):
        content = content_of(path)
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            said = metadata(content)
            found = [*read_capture(said), *read_description(said)]
            record = keep_metadata(said)
        for component in (*found, *([record] if record else [])):
            require_holdable(component)
        read += bool(found)
        assert time.process_time() - started < 5, path
    assert read >= 200
