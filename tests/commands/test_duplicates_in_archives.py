"""`find-duplicates` and archives: places inside are told, never the copy to keep, and nothing to save."""

from pathlib import Path
from typing import Any

import pytest

from dam.models.archive.samples import zipped
from dam.models.audio.samples import encoded as sound
from dam.models.audio.samples import tune, wav
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import answer, groups
from tests.commands.facts import add, write
from tests.duplicates.outline import read

LAKE = encoded(photo(1), quality=90)
BMP = encoded(photo(1), "BMP")
SMALL = encoded(photo(1).resize((160, 120)))


def paths(asset: dict[str, Any]) -> list[str]:
    return [place["path"] for place in asset["locations"]]


def test_a_file_that_an_archive_has_too_is_told_with_both_places_and_saves_nothing(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = write(tmp_path / "lake.jpg", LAKE)
    outer = write(tmp_path / "outer.zip", zipped({"in/lake.jpg": LAKE, "other.txt": b"other"}))
    add(library, lake, outer)
    (group,), summary, result = answer(library)
    assert (group["class"], group["members"]) == ("byte-identical", [])
    assert paths(group["best"]) == [str(lake), f"{outer}!/in/lake.jpg"]
    assert [place["storage"] for place in group["best"]["locations"]] == ["file", "archive"]
    assert summary["saved"] == 0
    assert "1 group of duplicates: 0 B could be saved" in result.stderr
    head, _, *places = library("find-duplicates").stdout.splitlines()
    assert head == "byte-identical: 2 places, 1 of them in archives"
    assert [place.strip() for place in places] == [str(lake), f"{outer}!/in/lake.jpg"]


def test_two_files_and_an_archive_save_one_file(library: CommandInProcess, tmp_path: Path) -> None:
    add(library, write(tmp_path / "a.jpg", LAKE), write(tmp_path / "b.jpg", LAKE))
    add(library, write(tmp_path / "outer.zip", zipped({"lake.jpg": LAKE})))
    (group,), summary, _ = answer(library)
    assert len(paths(group["best"])) == 3
    assert summary["saved"] == len(LAKE)
    page = tmp_path / "out.html"
    library("find-duplicates", "--report", page)
    assert "3 places" in read(page).texts["quiet"]


@pytest.mark.parametrize("way", ["removed", "nested", "only archives"])
def test_only_archives_at_a_known_place_count_and_only_beside_a_file(
    library: CommandInProcess, tmp_path: Path, way: str
) -> None:
    inner = zipped({"lake.jpg": LAKE})
    outer = write(tmp_path / "outer.zip", zipped({"inner.zip": inner}) if way == "nested" else inner)
    add(library, outer)
    if way == "only archives":
        add(library, write(tmp_path / "second.zip", zipped({"once.jpg": LAKE, "twice.jpg": LAKE})))
    else:
        add(library, write(tmp_path / "lake.jpg", LAKE))
    if way == "removed":
        outer.unlink()
        assert library("scan", tmp_path).exit_code == 0
    expected = [("byte-identical", ["lake.jpg", "lake.jpg"])] if way == "nested" else []
    assert groups(library) == expected


def test_what_is_new_in_an_archive_is_marked_and_asked_for(library: CommandInProcess, tmp_path: Path) -> None:
    add(library, write(tmp_path / "lake.jpg", LAKE), write(tmp_path / "outer.zip", zipped({"a.jpg": LAKE})))
    assert len(answer(library, "--new-since", "1d")[0]) == 1
    assert answer(library, "--new-since", "2999-01-01")[0] == []
    assert len(answer(library, "--kind", "image")[0]) == 1
    assert answer(library, "--kind", "audio")[0] == []
    assert "!/a.jpg  new" in library("find-duplicates", "--new-since", "1d").stdout


@pytest.mark.parametrize("likeness", ["pixel-identical", "near"])
def test_what_is_only_in_an_archive_is_never_the_picture_to_keep(
    library: CommandInProcess, tmp_path: Path, likeness: str
) -> None:
    """Even if it has more pixels, or was there first."""
    loose = {"pixel-identical": encoded(photo(1), "PNG"), "near": SMALL}[likeness]
    add(library, write(tmp_path / "outer.zip", zipped({"lake.bmp": BMP})))
    kept = write(tmp_path / "loose.img", loose)
    add(library, kept)
    (group,), summary, _ = answer(library)
    assert group["class"] == likeness
    assert paths(group["best"]) == [str(kept)]
    assert [paths(member) for member in group["members"]] == [[f"{tmp_path / 'outer.zip'}!/lake.bmp"]]
    assert summary["saved"] == 0


def test_what_is_only_in_an_archive_is_never_the_recording_to_keep(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "outer.zip", zipped({"tune.wav": wav(tune(1, 12.0))})))
    kept = write(tmp_path / "tune.mp3", sound(tune(1, 12.0)))
    add(library, kept)
    (group,), summary, _ = answer(library)
    assert (group["class"], paths(group["best"])) == ("same recording", [str(kept)])
    assert summary["saved"] == 0


def test_a_member_that_is_a_file_or_in_the_store_may_be_kept(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, "--copy-members", write(tmp_path / "outer.zip", zipped({"lake.bmp": BMP})))
    add(library, write(tmp_path / "small.jpg", SMALL))
    (group,), summary, _ = answer(library)
    assert paths(group["best"]) == [f"{tmp_path / 'outer.zip'}!/lake.bmp"]
    assert summary["saved"] == len(SMALL)
