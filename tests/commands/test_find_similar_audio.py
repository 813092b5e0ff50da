"""`dam-cli find-similar-audio`: what resembles a recording, where an excerpt begins, and nothing written."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from dam.models.audio.samples import RATE, TAGS, encoded, jpeg, tune, wav, with_cover
from dam.models.image.samples import encoded as picture
from dam.models.image.samples import photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, paths_of, sha256, write


def names(answers: list[dict[str, Any]]) -> list[str]:
    return [os.path.basename(path) for answer in answers for path in sorted(paths_of(answer))]


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with one piece in three encodings, an excerpt of it, another piece and silence."""
    for name, data in pieces().items():
        write(tmp_path / "recordings" / name, data)
    return tmp_path / "recordings"


@cache
def pieces() -> dict[str, bytes]:
    piece = tune(1, 30.0)
    return {
        "piece.wav": wav(piece),
        "piece.mp3": encoded(piece, bit_rate=64000, tags=TAGS),
        "piece.opus": encoded(piece, "libopus", "ogg", bit_rate=32000),
        "excerpt.mp3": encoded(piece[8 * RATE : 20 * RATE]),
        "other.flac": encoded(tune(2, 20.0), "flac", "flac"),
        "silence.wav": wav(np.zeros(20 * RATE, dtype=np.int16)),
    }


@pytest.fixture
def heard(library: CommandInProcess, recordings: Path) -> CommandInProcess:
    """The command line on a library that holds the recordings."""
    add(library, "-r", recordings)
    return library


def test_a_recording_that_the_library_does_not_have_finds_its_likes(
    heard: CommandInProcess, tmp_path: Path, recordings: Path
) -> None:
    asked = write(tmp_path / "asked.m4a", encoded(tune(1, 30.0), "aac", "ipod", bit_rate=48000))
    found = heard("find-similar-audio", "--json", asked)
    assert found.exit_code == 0
    assert set(names(found.json)) == {"piece.wav", "piece.mp3", "piece.opus", "excerpt.mp3"}
    for answer in found.json:
        is_excerpt = names([answer]) == ["excerpt.mp3"]
        assert answer["relation"] == ("whole" if is_excerpt else "same")
        assert answer["offset"] == pytest.approx(-8 if is_excerpt else 0, abs=0.2)
        assert answer["seconds"] == pytest.approx(12 if is_excerpt else 30, abs=0.5)
        assert 0 <= answer["bit_errors"] <= 15
        assert {"entity", "sha256", "md5", "size", "media_type", "in_store"} <= set(answer)
    people = heard("find-similar-audio", asked).stdout
    assert len(people.splitlines()) == 4
    assert str(recordings / "piece.wav") in people
    assert "same" in people


def test_an_excerpt_is_told_where_it_begins(heard: CommandInProcess, tmp_path: Path) -> None:
    asked = write(tmp_path / "asked.mp3", encoded(tune(1, 30.0)[int(12.3 * RATE) : 25 * RATE]))
    found = heard("find-similar-audio", "--json", asked).json
    (whole,) = [answer for answer in found if names([answer]) == ["piece.wav"]]
    assert whole["relation"] == "excerpt"
    assert whole["offset"] == pytest.approx(12.3, abs=0.2)
    (line,) = [line for line in heard("find-similar-audio", asked).stdout.splitlines() if "piece.wav" in line]
    assert line.startswith("excerpt  ")
    assert f"at {whole['offset']:8.1f} s  for {whole['seconds']:7.1f} s" in line


def test_the_very_same_content_is_not_listed(
    heard: CommandInProcess, recordings: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "another name.mp3", (recordings / "piece.mp3").read_bytes())
    for asked in (recordings / "piece.mp3", copy, sha256(copy.read_bytes())):
        found = heard("find-similar-audio", "--json", asked)
        assert set(names(found.json)) == {"piece.wav", "piece.opus", "excerpt.mp3"}


def test_an_entity_is_asked_for_by_its_number_and_its_bytes_are_not_read(
    heard: CommandInProcess, recordings: Path, tmp_path: Path
) -> None:
    (number,) = {str(one["entity"]) for one in heard("query", "--has", "AudioAlbum", "--json").json}
    before = heard("find-similar-audio", "--json", number).json
    for folder in ("objects", "recordings"):
        for file in [path for path in tmp_path.rglob("*") if folder in path.parts and path.is_file()]:
            file.unlink()
    assert heard("find-similar-audio", "--json", number).json == before
    assert len(before) == 3


def test_nothing_similar_is_exit_code_one(heard: CommandInProcess, tmp_path: Path) -> None:
    found = heard("find-similar-audio", write(tmp_path / "new.wav", wav(tune(9, 20.0))))
    assert (found.exit_code, found.stdout) == (1, "")
    assert "nothing similar found" in found.stderr


def test_silence_resembles_nothing_and_says_why(heard: CommandInProcess, tmp_path: Path) -> None:
    asked = write(tmp_path / "quiet.wav", wav(np.zeros(15 * RATE, dtype=np.int16)))
    found = heard("find-similar-audio", asked)
    assert (found.exit_code, found.stdout) == (1, "")
    assert "too short or too uniform to be compared" in found.stderr


def test_a_limit_and_a_threshold_narrow_the_answer(heard: CommandInProcess, recordings: Path) -> None:
    found = heard("find-similar-audio", recordings / "piece.wav", "--limit", "1")
    assert len(found.stdout.splitlines()) == 1
    assert "2 more beyond the limit" in found.stderr
    assert heard("find-similar-audio", recordings / "piece.wav", "--bit-errors", "0").exit_code == 1
    assert heard("find-similar-audio", recordings / "piece.wav", "--bit-errors", "99").exit_code == 2
    assert heard("find-similar-audio", recordings / "piece.wav", "--limit", "0").exit_code == 2


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("notes.txt", b"only words\n", "not a recording"),
        ("hill.png", picture(photo(2, (64, 48)), "PNG"), "not a recording"),
        ("short.wav", wav(tune()[:1000]), "too short, or no recorded sound"),
        ("tune.mid", b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60", "too short, or no recorded sound"),
        ("broken.wav", wav(tune())[:20], "damaged: "),
        ("tags.mp3", with_cover(b"", jpeg()), "damaged: "),
    ],
)
def test_what_cannot_be_asked_for_is_an_error_that_says_why(
    name: str, data: bytes, reason: str, library: CommandInProcess, tmp_path: Path
) -> None:
    asked = write(tmp_path / name, data)
    found = library("find-similar-audio", asked)
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"cannot compare: {asked}: {reason}" in found.stderr
    add(library, asked)
    known = library("find-similar-audio", sha256(data))
    assert known.exit_code == 2
    assert f"cannot compare: entity 1: {reason}" in known.stderr


@pytest.mark.parametrize(
    ("asked", "code", "reason"),
    [
        ("missing.mp3", 2, "missing.mp3"),
        ("77", 1, "the library has no such asset"),
        ("0" * 64, 1, "the library has no such asset"),
        (".", 2, "cannot"),
    ],
)
def test_what_is_not_there_is_an_error(asked: str, code: int, reason: str, library: CommandInProcess) -> None:
    found = library("find-similar-audio", asked)
    assert (found.exit_code, found.stdout) == (code, "")
    assert reason in found.stderr


def test_recordings_without_a_fingerprint_are_counted(
    heard: CommandInProcess, recordings: Path, database_url: str
) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE ledger SET version = -1 WHERE system_id = "
                "(SELECT id FROM system WHERE name = 'audio.fingerprint')"
            )
        )
    engine.dispose()
    found = heard("find-similar-audio", recordings / "piece.wav")
    assert found.exit_code == 1
    assert "6 recordings have no current fingerprint yet and were not compared" in found.stderr
    assert "it has no current fingerprint" in heard("find-similar-audio", "1").stderr
    assert heard("run").exit_code == 0
    assert heard("find-similar-audio", recordings / "piece.wav").exit_code == 0


def test_asking_writes_nothing(heard: CommandInProcess, recordings: Path, tmp_path: Path) -> None:
    asked = write(tmp_path / "asked.mp3", encoded(tune(1, 30.0), bit_rate=96000))
    before = everything()
    assert heard("find-similar-audio", asked).exit_code == 0
    assert everything() == before


def test_show_tells_a_recording_readably(heard: CommandInProcess, recordings: Path) -> None:
    shown = heard("show", recordings / "piece.mp3").stdout
    assert "AudioProperties  codec=mp3  duration=30.0" in shown
    assert "AudioRecording  title=A Title  artist=An Artist  composer=A Composer  genre=Jazz" in shown
    assert "AudioAlbum  album=An Album  album_artist=Several  date=2004-05-06  year=2004  track=3" in shown
    (landmarks,) = [line for line in shown.splitlines() if line.startswith("  AudioLandmark")]
    assert landmarks.endswith(" of them)")
    (printed,) = [line for line in shown.splitlines() if line.startswith("  AudioFingerprint")]
    assert len(printed) < 300
    assert "... (" in printed
    (told,) = heard("show", "--json", recordings / "piece.mp3").json
    assert len(told["components"]["AudioLandmark"]) > 10
    assert len(told["components"]["AudioFingerprint"][0]["value"]) > 1000


def test_the_cover_is_the_preview_and_is_made_again_when_it_was_lost(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "covered.mp3", with_cover(encoded(tune()), jpeg())))
    assert library("get", "1", "--preview", "-o", tmp_path / "one").exit_code == 0
    cover = (tmp_path / "one").read_bytes()
    assert cover.startswith(b"\xff\xd8\xff")
    (kept,) = [path for path in tmp_path.rglob(f"*{sha256(cover)[4:]}") if path.is_file()]
    kept.unlink()
    assert library("get", "1", "--preview", "-o", tmp_path / "two").exit_code == 0
    assert (tmp_path / "two").read_bytes() == cover
