"""Real recordings made by others: fingerprints as fpcalc makes them, tags as tinytag's own tests want them.

Runs only where DAM_TEST_CORPUS names the folder.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dam.core.content import Content
from dam.models.audio import AudioComponent
from dam.models.audio.audio_fingerprint_component import fingerprint
from dam.models.audio.tags import tags
from dam.models.chromaprint import unpacked
from dam.models.sound_decoding import SoundError
from dam.testing import visit_bytes
from tests.models.audio.fpcalc import read_fpcalc

ALGORITHM_2 = 1
NOT_DECODED_HERE = {".it", ".s3m", ".xm"}
PROPERTIES = {"extra", "filesize", "channels", "samplerate", "duration", "bitrate", "bitdepth"}
NAMES = {"albumartist": "album_artist", "other_artists": "artist", "other_genres": "genre"}


def kind_of(file: Path) -> AudioComponent | None:
    with file.open("rb") as opened:
        head = opened.read(65536)
    media_type = AudioComponent.recognise(head, frozenset({file.suffix[1:].lower()}))
    return AudioComponent(media_type=media_type) if media_type else None


def content_of(file: Path) -> Content:
    return Content(open=lambda: file.open("rb"), size=file.stat().st_size)


def test_fingerprints_are_those_of_fpcalc(corpus: Path) -> None:
    compared = 0
    for line in (corpus / "EXPECTED-chromaprint.tsv").read_text().splitlines()[2:]:
        path, _, text = line.split("\t")
        file = corpus / path
        kind = kind_of(file)
        if not path.startswith("audio/") or file.suffix in NOT_DECODED_HERE:
            continue
        assert kind is not None, path
        made = fingerprint(kind, content_of(file))
        assert made is not None, path
        algorithm, expected = read_fpcalc(text)
        words = unpacked(made.value)
        assert algorithm == ALGORITHM_2
        assert len(words) >= len(expected), path
        wrong = int(np.bitwise_count(words[: len(expected)] ^ expected).sum())
        assert wrong / (32 * len(expected)) <= 0.002, path
        compared += 1
    assert compared >= 35


def expected_tags(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the values that are wanted; an empty one is none."""
    for name, value in (*entry.items(), *entry["extra"].items()):
        for one in value if isinstance(value, list) else [value]:
            text = str(one).replace("\0", " ").strip()
            if name not in PROPERTIES and text:
                yield NAMES.get(name, name), text


def test_tags_are_those_that_tinytag_expects(corpus: Path) -> None:
    wanted, missing = 0, []
    for path, entry in json.loads((corpus / "EXPECTED-tinytag.json").read_text()).items():
        kind = kind_of(corpus / path)
        if kind is None:
            continue
        found = tags(kind, content_of(corpus / path))
        for name, text in expected_tags(entry):
            wanted += 1
            if not any(value.startswith(text) for value in found.values.get(name, ())):
                missing.append((path, name, text))
    print(f"{wanted - len(missing)} of {wanted}: {1 - len(missing) / wanted:.2%}", *missing, sep="\n")
    assert wanted > 250
    assert len(missing) <= 0.02 * wanted, missing


def test_every_recording_is_recognised_and_nothing_raises(corpus: Path) -> None:
    folders = (corpus / "audio", corpus / "malformed" / "audio")
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    unrecognised = [file.name for file in files if file.suffix != ".txt" and kind_of(file) is None]
    assert sorted(unrecognised) == ["empty_file.mp3", "incomplete.mp3", "there_is_no_such_ext.bogus"]
    for file in files:
        for run in visit_bytes(file.name, file.read_bytes()).runs:
            assert run.outcome.name != "FAILED" or run.message, file


def test_what_is_no_sound_is_no_sound(corpus: Path) -> None:
    others = ("image", "photo", "raw", "exif", "pdf", "office", "archive", "text", "bomb")
    files = [file for folder in others for file in sorted((corpus / folder).rglob("*")) if file.is_file()]
    assert len(files) > 300
    assert [file.name for file in files if kind_of(file) is not None] == []


@pytest.mark.parametrize(
    "name", ["cockatoo.mp4", "fixture.mkv", "fixture.webm", "fixture.avi", "fixture.ogv"]
)
def test_films_are_no_sound(name: str, corpus: Path) -> None:
    assert kind_of(corpus / "video" / "formats" / name) is None


def test_the_same_recording_in_other_formats_stays_near(corpus: Path) -> None:
    words = []
    for ending in ("m4a.m4a", "mp3.mp3", "ogg.ogg", "aac.aac"):
        file = corpus / "audio" / "music" / f"sample_10s_audio-{ending}"
        kind = kind_of(file)
        assert kind is not None
        made = fingerprint(kind, content_of(file))
        assert made is not None
        words.append(unpacked(made.value)[:59])
    assert all(np.bitwise_count(one ^ words[0]).mean() <= 0.1 * 32 for one in words)


def test_a_truncated_recording_says_that_it_is(corpus: Path) -> None:
    file = corpus / "audio" / "tags" / "test.m4a"
    kind = kind_of(file)
    assert kind is not None
    with pytest.raises(SoundError, match="truncated"):
        fingerprint(kind, content_of(file))
