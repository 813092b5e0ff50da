"""Real films made by others: recognised, read as ExifTool reads them, and nothing crashes or hangs.

Runs only where DAM_TEST_CORPUS names the folder.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from dam.core.content import Content
from dam.models.audio import AudioComponent
from dam.models.image import ImageComponent
from dam.models.video import VideoComponent
from dam.models.video.headers import headers
from dam.models.video.reading import VideoError
from dam.models.video.video_creation_time_component import read_creation_time
from dam.models.video.video_properties_component import read_properties
from dam.testing import visit_bytes

NO_FILM = {"fixture.swf"}
FIRST_TRACK_IS_ANOTHER = {"nasa_13013.mp4", "nasa_13013_rotated.mp4"}
"""FFmpeg takes the larger of two tracks; ExifTool's size is that before turning."""


def kind_of(file: Path) -> VideoComponent | None:
    with file.open("rb") as opened:
        head = opened.read(65536)
    media_type = VideoComponent.recognise(head, frozenset({file.suffix[1:].lower()}))
    return VideoComponent(media_type=media_type) if media_type else None


def content_of(file: Path) -> Content:
    return Content(open=lambda: file.open("rb"), size=file.stat().st_size)


def expected(corpus: Path) -> dict[str, dict[str, Any]]:
    entries = json.loads((corpus / "EXPECTED-exiftool.json").read_text())
    return {entry["SourceFile"]: entry for entry in entries}


def size_of(entry: dict[str, Any]) -> tuple[int, int] | None:
    sizes = [
        (value, entry[name.replace("Width", "Height")])
        for name, value in entry.items()
        if name.endswith("ImageWidth") and name.replace("Width", "Height") in entry
    ]
    return sizes[0] if sizes else None


def test_every_film_is_recognised_as_a_film_alone(corpus: Path) -> None:
    films = [file for file in sorted((corpus / "video" / "formats").iterdir()) if file.suffix != ".json"]
    assert len(films) >= 30
    assert {file.name for file in films if kind_of(file) is None} == NO_FILM
    for file in films:
        head, names = file.read_bytes()[:65536], frozenset({file.suffix[1:].lower()})
        assert AudioComponent.recognise(head, names) is None, file.name
        assert ImageComponent.recognise(head, names) is None, file.name


def test_what_is_no_film_is_no_film(corpus: Path) -> None:
    others = ("audio", "image", "photo", "raw", "exif", "pdf", "office", "archive", "text", "bomb")
    files = [file for folder in others for file in sorted((corpus / folder).rglob("*")) if file.is_file()]
    assert len(files) > 400
    assert [file.name for file in files if kind_of(file) is not None] == []


def test_sizes_and_times_are_those_of_exiftool(corpus: Path) -> None:
    compared = 0
    for name, entry in expected(corpus).items():
        file = corpus / name
        kind = kind_of(file) if name.startswith("video/formats/") else None
        if kind is None or file.name in FIRST_TRACK_IS_ANOTHER:
            continue
        try:
            found = headers(kind, content_of(file))
            properties = read_properties(found)
        except VideoError:
            continue
        size = size_of(entry)
        if size is not None:
            assert (properties.width, properties.height) == size, name
            compared += 1
        created = str(entry.get("QuickTime:CreateDate", "0000"))
        time = read_creation_time(found)
        if taken := entry.get("Keys:CreationDate"):
            assert time is not None, name
            assert time.local is not None, name
            assert time.local.strftime("%Y:%m:%d %H:%M:%S") == taken[:19], name
            compared += 1
        elif not created.startswith("0000"):
            assert time is not None, name
            assert time.utc is not None, name
            assert time.utc.strftime("%Y:%m:%d %H:%M:%S") == created, name
            compared += 1
    assert compared >= 30


def test_a_turned_film_is_turned_as_exiftool_says(corpus: Path) -> None:
    file = corpus / "video" / "formats" / "nasa_13013_rotated.mp4"
    kind = kind_of(file)
    assert kind is not None
    found = read_properties(headers(kind, content_of(file)))
    said = expected(corpus)["video/formats/nasa_13013_rotated.mp4"]
    assert found.rotation == said["Composite:Rotation"]
    assert (found.height, found.width) == size_of(said)


@pytest.mark.parametrize("folder", ["malformed/video", "malformed/heif", "malformed/audio", "tiny", "bomb"])
def test_hostile_files_end_with_a_reason(folder: str, corpus: Path) -> None:
    for file in sorted((corpus / folder).iterdir()):
        if kind_of(file) is None:
            continue
        result = visit_bytes(file.name, file.read_bytes())
        assert result.products.get(VideoComponent), file
        for run in result.runs:
            assert run.outcome.name != "FAILED" or run.message, file
