"""`dam-cli find-similar-video`: what resembles a film, where a clip begins, and nothing written."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from dam.models.audio.samples import tune, wav
from dam.models.video.samples import SOUND_RATE, Film, encoded, noise
from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, paths_of, sha256, write

Pixels = npt.NDArray[np.uint8]


def names(answers: list[dict[str, Any]]) -> list[str]:
    return [os.path.basename(path) for answer in answers for path in sorted(paths_of(answer))]


def black(time: float, size: tuple[int, int]) -> Pixels:
    return np.zeros((size[1], size[0], 3), dtype=np.uint8)


@cache
def films() -> dict[str, bytes]:
    sound = noise(1, 24)
    return {
        "film.mp4": encoded(Film(seed=1, seconds=24, sound=sound)),
        "film.webm": encoded(Film(seed=1, seconds=24, codec="libvpx", container="webm", bit_rate=120_000)),
        "small.avi": encoded(Film(seed=1, seconds=24, size=(96, 54), container="avi", bars=8)),
        "clip.mp4": encoded(Film(seed=1, start=8, seconds=12, sound=sound[8 * SOUND_RATE : 20 * SOUND_RATE])),
        "other.mp4": encoded(Film(seed=2, seconds=20)),
        "black.mp4": encoded(Film(seconds=8, source=black)),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one film in three encodings, a clip of it, another film and nothing but black."""
    for name, data in films().items():
        write(tmp_path / "films" / name, data)
    return tmp_path / "films"


@pytest.fixture
def watched(library: CommandInProcess, folder: Path) -> CommandInProcess:
    """The command line on a library that holds the films."""
    add(library, "-r", folder)
    return library


def test_a_film_that_the_library_does_not_have_finds_its_likes(
    watched: CommandInProcess, folder: Path, tmp_path: Path
) -> None:
    data = encoded(Film(seed=1, seconds=24, codec="mpeg2video", container="mpegts", rate=25))
    asked = write(tmp_path / "asked.ts", data)
    found = watched("find-similar-video", "--json", asked)
    assert found.exit_code == 0
    assert set(names(found.json)) == {"film.mp4", "film.webm", "small.avi", "clip.mp4"}
    for answer in found.json:
        is_clip = names([answer]) == ["clip.mp4"]
        assert answer["relation"] == ("whole" if is_clip else "same")
        assert answer["offset"] == pytest.approx(-8 if is_clip else 0, abs=0.5)
        assert answer["seconds"] == pytest.approx(12 if is_clip else 24, abs=1)
        assert answer["matched"] > 90
        assert answer["distance"] < 40
        assert answer["sound_bit_errors"] is None
        assert {"entity", "sha256", "md5", "size", "media_type", "in_store"} <= set(answer)
    people = watched("find-similar-video", asked).stdout
    assert len(people.splitlines()) == 4
    assert str(folder / "film.mp4") in people


def test_a_clip_is_told_where_it_begins(watched: CommandInProcess, tmp_path: Path) -> None:
    start = 6.3
    sound = noise(1, 24)[int(start * SOUND_RATE) : int((start + 11) * SOUND_RATE)]
    asked = write(
        tmp_path / "asked.mkv",
        encoded(Film(seed=1, start=start, seconds=11, size=(128, 72), container="matroska", sound=sound)),
    )
    answers = {names([one])[0]: one for one in watched("find-similar-video", "--json", asked).json}
    assert set(answers) >= {"film.mp4", "film.webm", "small.avi"}
    assert answers["film.mp4"]["relation"] == answers["film.webm"]["relation"] == "excerpt"
    assert answers["film.mp4"]["offset"] == pytest.approx(start, abs=0.2)
    assert answers["film.mp4"]["sound_bit_errors"] < 20
    assert answers["film.webm"]["offset"] == pytest.approx(start, abs=0.5)
    lines = watched("find-similar-video", asked).stdout.splitlines()
    (line,) = [line for line in lines if "film.mp4" in line]
    assert line.startswith("excerpt  ")
    assert f"at {answers['film.mp4']['offset']:8.1f} s  for" in line


def test_the_very_same_content_is_not_listed(watched: CommandInProcess, folder: Path, tmp_path: Path) -> None:
    data = films()["film.webm"]
    copy = write(tmp_path / "another name.webm", data)
    for asked in (folder / "film.webm", copy, sha256(data)):
        found = watched("find-similar-video", "--json", asked)
        assert set(names(found.json)) == {"film.mp4", "small.avi", "clip.mp4"}


def test_an_entity_is_asked_for_by_its_number_and_its_bytes_are_not_read(
    watched: CommandInProcess, tmp_path: Path
) -> None:
    (number,) = {
        str(one["entity"]) for one in watched("query", "--where", "VideoProperties.codec=vp8", "--json").json
    }
    before = watched("find-similar-video", "--json", number).json
    for folder in ("objects", "films"):
        for file in [path for path in tmp_path.rglob("*") if folder in path.parts and path.is_file()]:
            file.unlink()
    assert watched("find-similar-video", "--json", number).json == before
    assert len(before) == 3


def test_nothing_similar_is_exit_code_one_and_black_says_why(
    watched: CommandInProcess, folder: Path, tmp_path: Path
) -> None:
    found = watched("find-similar-video", write(tmp_path / "new.mp4", encoded(Film(seed=9, seconds=10))))
    assert (found.exit_code, found.stdout) == (1, "")
    assert "nothing similar found" in found.stderr
    found = watched("find-similar-video", folder / "black.mp4")
    assert (found.exit_code, found.stdout) == (1, "")
    assert "too dark or too plain to be compared" in found.stderr


def test_a_limit_and_a_threshold_narrow_the_answer(watched: CommandInProcess, folder: Path) -> None:
    found = watched("find-similar-video", folder / "film.mp4", "--limit", "1")
    assert len(found.stdout.splitlines()) == 1
    assert "2 more beyond the limit" in found.stderr
    strict = watched("find-similar-video", folder / "small.avi", "--pdq-threshold", "1")
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert watched("find-similar-video", folder / "film.mp4", "--pdq-threshold", "101").exit_code == 2
    assert watched("find-similar-video", folder / "film.mp4", "--limit", "0").exit_code == 2


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("notes.txt", b"only words\n", "not a film"),
        ("tune.wav", wav(tune()), "not a film"),
        ("cut.mp4", films()["film.mp4"][:60], "damaged: "),
    ],
)
def test_what_cannot_be_asked_for_is_an_error_that_says_why(
    name: str, data: bytes, reason: str, library: CommandInProcess, tmp_path: Path
) -> None:
    asked = write(tmp_path / name, data)
    found = library("find-similar-video", asked)
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"cannot compare: {asked}: {reason}" in found.stderr
    add(library, asked)
    known = library("find-similar-video", sha256(data))
    assert known.exit_code == 2
    assert f"cannot compare: entity 1: {reason}" in known.stderr


@pytest.mark.parametrize(
    ("asked", "code", "reason"),
    [("missing.mp4", 2, "missing.mp4"), ("77", 1, "the library has no such asset"), (".", 2, "cannot")],
)
def test_what_is_not_there_is_an_error(asked: str, code: int, reason: str, library: CommandInProcess) -> None:
    found = library("find-similar-video", asked)
    assert (found.exit_code, found.stdout) == (code, "")
    assert reason in found.stderr


def test_asking_writes_nothing(watched: CommandInProcess, tmp_path: Path) -> None:
    asked = write(tmp_path / "asked.mp4", encoded(Film(seed=1, seconds=24, bit_rate=200_000)))
    before = everything()
    assert watched("find-similar-video", asked).exit_code == 0
    assert everything() == before


def test_show_tells_a_film_readably_and_get_gives_its_contact_sheet(
    watched: CommandInProcess, folder: Path, tmp_path: Path
) -> None:
    shown = watched("show", folder / "film.mp4").stdout
    assert "VideoProperties  container=mov  codec=mpeg4  duration=24.0" in shown
    assert "VideoAudioTrack  position=0  codec=aac" in shown
    (landmarks,) = [line for line in shown.splitlines() if line.startswith("  VideoLandmark")]
    assert landmarks.endswith(" of them)")
    number = str(watched("show", "--json", folder / "film.mp4").json[0]["entity"])
    assert watched("get", number, "--preview", "-o", tmp_path / "sheet").exit_code == 0
    assert (tmp_path / "sheet").read_bytes().startswith(b"\xff\xd8\xff")
