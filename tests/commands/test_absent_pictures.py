"""Pictures and archives whose libraries are not installed: assets all the same, and done later."""

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dam.models.image.sample_documents import JPEG_XL, dng, svg
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, show, system_counts, write
from tests.models.image.high_range_files import open_exr, ramp

DECODING = {"image.hash_pdq", "image.hash_perceptually", "image.find_colours", "image.make_preview"}


PICTURES: dict[str, tuple[Callable[[], bytes], str, str, str]] = {
    "a.dng": (lambda: dng(encoded(photo(7, (48, 32))), (48, 32)), "image/x-adobe-dng", "rawpy", "image"),
    "a.svg": (svg, "image/svg+xml", "resvg_py", "image"),
    "a.exr": (lambda: open_exr(ramp()), "image/x-exr", "av", "video"),
    "a.svgz": (lambda: gzip.compress(svg()), "image/svg+xml-compressed", "resvg_py", "image"),
    "a.jxl": (lambda: JPEG_XL, "image/jxl", "imagecodecs", "jpegxl"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_without_its_library_a_picture_is_kept_and_recognised_and_done_when_it_comes(
    library: CommandInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, media_type, module, extra = PICTURES[name]
    picture, other = write(tmp_path / name, make()), write(tmp_path / "other.png", encoded(photo(1), "PNG"))
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, module, None)
        assert {one["status"] for one in add(library, picture, other).values()} == {"new"}
        assert show(library, picture)["media_type"] == media_type
        found = outcomes(library, picture)
        unavailable = {system for system, outcome in found.items() if outcome == "unavailable"}
        assert unavailable >= DECODING
        assert set(outcomes(library, other).values()) <= {"done", "nothing"}
        shown = library("show", picture).stdout
        assert f"image.hash_pdq  unavailable: needs {module} (extra: {extra})" in shown
        asked = library("find-similar-images", picture)
        assert asked.exit_code == 2
        assert f"needs {module} (extra: {extra})" in asked.stderr
        assert library("run").stderr.startswith("0 entities visited")
    pending = {system: count["pending"] for system, count in system_counts(library).items()}
    assert {system for system, count in pending.items() if count} == unavailable
    assert set(pending.values()) == {0, 1}
    assert "1 entity visited" in library("run").stderr
    assert set(outcomes(library, picture).values()) <= {"done", "nothing"}


def test_real_heic_is_decoded_once_its_library_is_there(
    library: CommandInProcess, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = next(path for path in sorted((corpus / "image").rglob("*.heic")) if path.stat().st_size < 1e6)
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "pi_heif", None)
        add(library, picture)
        assert {outcomes(library, picture)[system] for system in DECODING} == {"unavailable"}
    assert system_counts(library)["image.hash_pdq"]["pending"] == 1
    assert "1 entity visited" in library("run").stderr
    assert {outcomes(library, picture)[system] for system in DECODING} == {"done"}


def test_without_its_library_an_archive_is_kept_and_expanded_when_it_comes(
    library: CommandInProcess, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("libarchive")
    archive, text = corpus / "archive" / "archive.7z", write(tmp_path / "a.txt", b"no archive")
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "libarchive", None)
        add(library, archive, text)
        assert show(library, archive)["media_type"] == "application/x-7z-compressed"
        shown = library("show", archive).stdout
        assert "archive.expand  unavailable: needs libarchive (extra: archive)" in shown
        assert "0 entities visited" in library("run").stderr
    assert system_counts(library)["archive.expand"]["pending"] == 1
    assert "1 archive expanded" in library("run").stderr
    assert outcomes(library, archive)["archive.expand"] == "done"
