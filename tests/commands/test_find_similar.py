"""`dam-cli find-similar`: the answer of the command for the kind that a file or an asset is of."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from dam.models.audio.samples import encoded as sound
from dam.models.audio.samples import tune, wav
from dam.models.document.samples import docx, txt
from dam.models.image.samples import encoded as picture
from dam.models.image.samples import photo
from dam.models.video.samples import Film
from dam.models.video.samples import encoded as film
from tests.command_line import CommandInProcess
from tests.commands.facts import add, sha256, write

STORY = tuple(" ".join(f"word{7 * n * n % 1009}" for n in range(60 * k, 60 * k + 60)) for k in range(12))


_listening: list[list[str]] = []


@cache
def _hooked() -> None:
    """Hear of every file that is opened, for good: such a hook cannot be taken back."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes):
        for heard in _listening:
            heard.append(os.fsdecode(arguments[0]))


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Give a list in which the path of each file is noted that this process opens meanwhile."""
    _hooked()
    opened: list[str] = []
    _listening.append(opened)
    try:
        yield opened
    finally:
        _listening.remove(opened)


def pairs() -> dict[str, tuple[str, bytes, str, bytes]]:
    """Return, by the rest of a command's name, two files of which one is the other in another format."""
    return {
        "images": ("lake.png", picture(photo(1), "PNG"), "lake.jpg", picture(photo(1), quality=80)),
        "audio": ("tune.wav", wav(tune(1, 20.0)), "tune.mp3", sound(tune(1, 20.0))),
        "video": (
            "film.mp4",
            film(Film(seed=1, seconds=20)),
            "film.avi",
            film(Film(seed=1, seconds=20, container="avi")),
        ),
        "documents": ("story.txt", txt(STORY), "story.docx", docx(STORY)),
    }


@pytest.mark.parametrize("kind", ["images", "audio", "video", "documents"])
def test_the_answer_is_that_of_the_command_for_its_kind(
    library: CommandInProcess, tmp_path: Path, kind: str
) -> None:
    kept, data, other, asked = pairs()[kind]
    add(library, write(tmp_path / "kept" / kept, data))
    path = write(tmp_path / "asked" / other, asked)
    found = library("find-similar", path)
    assert (found.exit_code, found.stdout.count(kept)) == (0, 1)
    assert found.stdout == library(f"find-similar-{kind}", path).stdout
    documents = library("find-similar", "--json", path).json
    assert documents == library(f"find-similar-{kind}", "--json", path).json
    assert [one["sha256"] for one in documents] == [sha256(data)]
    # An asset is compared by what is stored of it; there is nothing else here.
    alone = library("find-similar", "1")
    assert (alone.exit_code, alone.stdout) == (1, "")
    add(library, path)
    assert other in library("find-similar", "1", "--limit", "1").stdout


@pytest.mark.parametrize("kind", ["images", "audio", "video", "documents"])
def test_a_file_is_read_once_whatever_it_turns_out_to_be(
    library: CommandInProcess, tmp_path: Path, kind: str
) -> None:
    _, data, other, asked = pairs()[kind]
    add(library, write(tmp_path / "kept" / "kept", data))
    path = write(tmp_path / "asked" / other, asked)
    with opened_files() as opened:
        library(f"find-similar-{kind}", path)
    times = opened.count(str(path))
    with opened_files() as opened:
        library("find-similar", path)
    assert opened.count(str(path)) == times > 0


def test_what_is_of_no_such_kind_is_a_usage_error(library: CommandInProcess, tmp_path: Path) -> None:
    add(library, write(tmp_path / "noise", bytes(range(256))))
    for named in ("1", tmp_path / "noise"):
        refused = library("find-similar", named)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert (
            f"cannot compare: {named}: neither a picture, a recording, a film nor a document"
            in refused.stderr
        )


def test_what_cannot_be_read_is_said(library: CommandInProcess, tmp_path: Path) -> None:
    missing = library("find-similar", tmp_path / "missing.jpg")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "missing.jpg: no such file or directory" in missing.stderr
    assert library("find-similar", "7").exit_code == 1
