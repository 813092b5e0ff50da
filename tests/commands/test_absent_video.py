"""A film where what decodes films is not installed: an asset all the same, and done later."""

import sys
from pathlib import Path

import pytest

from dam.models.video.samples import Film, encoded
from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, show, write


def test_without_its_library_a_film_is_kept_and_recognised_and_done_when_it_comes(
    library: CommandInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = write(tmp_path / "film.mp4", encoded(Film()))
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "av", None)
        assert add(library, film)["film.mp4"]["status"] == "new"
        assert show(library, film)["media_type"] == "video/mp4"
        found = {system: outcome for system, outcome in outcomes(library, film).items() if "video" in system}
        assert len(found) >= 10
        assert set(found.values()) == {"unavailable"}
        assert "video.fingerprint  unavailable: needs av (extra: video)" in library("show", film).stdout
        asked = library("find-similar-video", film)
        assert asked.exit_code == 2
        assert "needs av (extra: video)" in asked.stderr
        assert library("run").stderr.startswith("0 entities visited")
    assert "1 entity visited" in library("run").stderr
    assert set(outcomes(library, film).values()) == {"done", "nothing"}
