"""A recording where what decodes sound is not installed: an asset all the same, and done later."""

import sys
from pathlib import Path

import pytest

from dam.models.audio.samples import TAGS, encoded, jpeg, tune, wav, with_cover
from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, show, system_counts, write

SYSTEMS = ("fingerprint", "make_cover", "read_album", "read_other_tags", "read_properties", "read_recording")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "a.mp3": write(tmp_path / "a.mp3", encoded(tune(1), tags=TAGS)),
        "b.wav": write(tmp_path / "b.wav", wav(tune(2))),
        "c.txt": write(tmp_path / "c.txt", b"not sound"),
    }


def test_without_its_libraries_sound_is_kept_and_recognised_and_done_when_they_come(
    library: CommandInProcess, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as absent:
        for module in ("av", "tinytag"):
            absent.setitem(sys.modules, module, None)
        added = add(library, *files.values())
        assert [added[name]["status"] for name in files] == ["new"] * 3
        assert show(library, files["a.mp3"])["media_type"] == "audio/mpeg"
        found = outcomes(library, files["a.mp3"])
        assert {found[f"audio.{name}"] for name in SYSTEMS} == {"unavailable"}
        shown = library("show", files["b.wav"]).stdout
        assert "audio.fingerprint  unavailable: needs av (extra: audio)" in shown
        assert "audio.read_recording  unavailable: needs tinytag (extra: audio)" in shown
        asked = library("find-similar-audio", files["a.mp3"])
        assert asked.exit_code == 2
        assert "needs av (extra: audio)" in asked.stderr
        assert library("run").stderr.startswith("0 entities visited")
    assert {name: system_counts(library)[f"audio.{name}"]["pending"] for name in SYSTEMS} == dict.fromkeys(
        SYSTEMS, 2
    )
    assert "2 entities visited" in library("run").stderr
    assert set(outcomes(library, files["a.mp3"]).values()) == {"done", "nothing"}
    assert show(library, files["a.mp3"])["components"]["AudioRecording"][0]["title"] == "A Title"


def test_only_the_tags_wait_where_only_their_reader_is_missing(
    library: CommandInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tinytag", None)
    file = write(tmp_path / "covered.mp3", with_cover(encoded(tune()), jpeg()))
    add(library, file)
    found = outcomes(library, file)
    assert found["audio.fingerprint"] == found["audio.read_properties"] == "done"
    assert found["audio.make_cover"] == found["audio.read_recording"] == "unavailable"
