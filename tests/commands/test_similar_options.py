"""`find-similar-images` beyond the plain question: evidence, limits, turned pictures, assets and lists."""

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dam.models.image.samples import encoded, oriented, photo
from dam.search.orientation import Orientation
from tests.command_line import CommandInProcess
from tests.commands.facts import add, object_file, paths_of, sha256, write
from tests.commands.rows import execute

WIDE = ["--phash-threshold", "64", "--ahash-threshold", "64", "--dhash-threshold", "64"]
NEVER = ["--phash-threshold", "0", "--ahash-threshold", "0", "--dhash-threshold", "0"]
TURNS = {
    Orientation.MIRRORED: Image.Transpose.FLIP_LEFT_RIGHT,
    Orientation.TURNED_180: Image.Transpose.ROTATE_180,
    Orientation.FLIPPED: Image.Transpose.FLIP_TOP_BOTTOM,
    Orientation.TRANSPOSED: Image.Transpose.TRANSPOSE,
    # Pillow turns counter-clockwise.
    Orientation.TURNED_90: Image.Transpose.ROTATE_270,
    Orientation.TRANSVERSED: Image.Transpose.TRANSVERSE,
    Orientation.TURNED_270: Image.Transpose.ROTATE_90,
}


def names(answers: list[dict[str, Any]]) -> list[str]:
    return [os.path.basename(path) for answer in answers for path in sorted(paths_of(answer))]


def entity_of(library: CommandInProcess, path: Path) -> int:
    return int(library("find-file-by-hash", "--json", "-f", path).json[0]["entity"])


def give_the_ahash_of(one: int, other: int) -> None:
    """Let a picture have another one's aHash, as scenes of the same light and shade do."""
    execute(
        f"UPDATE image_ahash SET value = (SELECT value FROM image_ahash WHERE entity_id = {one})"
        f" WHERE entity_id = {other}"
    )


def test_only_an_ahash_that_matches_is_weak_if_pdq_disagrees_and_says_so(
    filled: CommandInProcess, media: Path
) -> None:
    lake = entity_of(filled, media / "lake.jpg")
    give_the_ahash_of(lake, entity_of(filled, media / "hill.png"))
    small, hill = filled("find-similar-images", "--json", media / "lake.jpg").json
    assert names([small, hill]) == ["lake-small.png", "hill.png"]
    assert (small["weak"], set(small["matched"]) >= {"phash"}) == (False, True)
    assert (hill["weak"], hill["matched"]) == (True, ["ahash"])
    assert hill["distances"]["pdq"] > 80
    first, second = filled("find-similar-images", media / "lake.jpg").stdout.splitlines()
    assert "weak" not in first
    assert second.endswith("(weak: PDQ disagrees)")
    assert "ahash   0*" in second
    assert second.count("*") == 1


def test_a_picture_too_small_for_pdq_is_neither_confirmed_nor_denied_by_it(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for number in (1, 2):
        add(library, write(tmp_path / f"{number}.png", encoded(photo(number, (80, 63)), "PNG")))
    give_the_ahash_of(1, 2)
    (found,) = library("find-similar-images", "--json", tmp_path / "1.png", "--pdq-threshold", "256").json
    assert (found["matched"], found["weak"]) == (["ahash"], None)
    assert isinstance(found["distances"]["pdq"], int)
    told = library("find-similar-images", tmp_path / "1.png", "--pdq-threshold", "256")
    assert told.stdout.rstrip().endswith("(unconfirmed: PDQ cannot tell)")
    assert "too small or too plain to be compared by PDQ" in told.stderr


def test_pdq_is_a_fourth_way_to_match_if_it_is_asked_for(library: CommandInProcess, tmp_path: Path) -> None:
    lake = photo(1)
    add(library, write(tmp_path / "cropped.png", encoded(lake.crop((16, 12, 320, 240)), "PNG")))
    query = write(tmp_path / "lake.png", encoded(lake, "PNG"))
    (found,) = library("find-similar-images", "--json", query, *WIDE).json
    apart = found["distances"]["pdq"]
    assert library("find-similar-images", "--json", query, *NEVER).json == []
    near = library("find-similar-images", "--json", query, *NEVER, "--pdq-threshold", str(apart)).json
    assert [one["matched"] for one in near] == [["pdq"]]
    nearer = library("find-similar-images", query, *NEVER, "--pdq-threshold", str(apart - 1))
    assert nearer.exit_code == 1


def test_a_limit_shows_the_best_and_says_how_many_there_are_besides(
    filled: CommandInProcess, media: Path
) -> None:
    every = filled("find-similar-images", "--json", media / "lake.jpg", *WIDE)
    assert len(every.json) == 2
    best = filled("find-similar-images", "--json", media / "lake.jpg", *WIDE, "--limit", "1")
    assert best.json == every.json[:1]
    assert "1 more beyond the limit" in best.stderr
    enough = filled("find-similar-images", "--json", media / "lake.jpg", *WIDE, "--limit", "2")
    assert (enough.json, enough.stderr) == (every.json, "")


@pytest.mark.parametrize("workers", ["0", "1"])
def test_turned_and_mirrored_pictures_are_found_if_asked_for_and_told_how_they_are_turned(
    library: CommandInProcess, tmp_path: Path, library_environment: pytest.MonkeyPatch, workers: str
) -> None:
    lake = photo(1)
    for orientation, method in TURNS.items():
        write(tmp_path / "turned" / f"{orientation.value}.png", encoded(lake.transpose(method), "PNG"))
    write(tmp_path / "turned" / "upright.png", encoded(lake.resize((160, 120)), "PNG"))
    add(library, "-r", tmp_path / "turned")
    query = write(tmp_path / "lake.png", encoded(lake, "PNG"))
    assert names(library("find-similar-images", "--json", query).json) == ["upright.png"]
    library_environment.setenv("DAM_WORKERS", workers)
    found = library("find-similar-images", "--json", query, "--rotated")
    assert len(found.json) == 8
    for one in found.json:
        assert names([one]) == [f"{one['orientation']}.png"]
        assert set(one["distances"].values()) == {0} or one["orientation"] == "upright"
    text = library("find-similar-images", query, "--rotated").stdout
    assert all(orientation.value in text for orientation in TURNS)


def test_the_exif_orientation_of_the_query_counts_as_it_is_displayed(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "upright.png", oriented(1, "PNG")))
    query = write(tmp_path / "laid.jpg", oriented(6))
    (found,) = library("find-similar-images", "--json", query, "--rotated").json
    assert found["orientation"] == "upright"


def test_an_asset_is_asked_for_by_number_or_hash_without_touching_its_bytes(
    filled: CommandInProcess, media: Path
) -> None:
    by_file = filled("find-similar-images", "--json", media / "lake.jpg").json
    asset = filled("find-file-by-hash", "--json", "-f", media / "lake.jpg").json[0]
    object_file(asset["sha256"]).unlink()
    (media / "lake.jpg").unlink()
    for name in (str(asset["entity"]), asset["sha256"], asset["md5"].upper()):
        found = filled("find-similar-images", "--json", name)
        assert found.exit_code == 0
        query = {"query": {"entity": asset["entity"]}}
        assert [{**one, **query} for one in by_file] == found.json


def test_a_number_is_an_asset_and_with_a_folder_before_it_a_file(
    filled: CommandInProcess, media: Path
) -> None:
    lake = entity_of(filled, media / "lake.jpg")
    hill = (media / "hill.png").read_bytes()
    write(media / str(lake), hill)
    write(media / "99", hill)
    asked = filled("find-similar-images", "--json", str(lake), *WIDE, cwd=media).json
    assert {one["query"]["entity"] for one in asked} == {lake}
    asked = filled("find-similar-images", "--json", f"./{lake}", *WIDE, cwd=media).json
    assert {one["query"]["path"] for one in asked} == {f"./{lake}"}
    unknown = filled("find-similar-images", "99", cwd=media)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "not found: 99" in unknown.stderr
    assert "hint: the file of that name is ./99" in unknown.stderr


def test_turned_copies_of_an_asset_are_found_from_its_bytes(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = photo(1)
    files = tmp_path / "files"
    write(files / "lake.png", encoded(lake, "PNG"))
    write(files / "laid.png", encoded(lake.transpose(Image.Transpose.ROTATE_270), "PNG"))
    add(library, "-r", files)
    number = str(entity_of(library, files / "lake.png"))
    (found,) = library("find-similar-images", "--json", number, "--rotated").json
    assert (names([found]), found["orientation"]) == (["laid.png"], "turned 90")
    object_file(sha256((files / "lake.png").read_bytes())).unlink()
    damaged = library("find-similar-images", number, "--rotated")
    assert (damaged.exit_code, damaged.stdout) == (4, "")
    assert "missing from the store" in damaged.stderr
    assert library("find-similar-images", number).exit_code == 1


def test_turning_an_asset_whose_only_file_is_out_of_reach_is_an_error(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = write(tmp_path / "files" / "lake.png", encoded(photo(1), "PNG"))
    small = write(tmp_path / "files" / "small.png", encoded(photo(1).resize((160, 120)), "PNG"))
    add(library, "--no-copy", lake, small)
    number = str(entity_of(library, lake))
    lake.unlink()
    away = library("find-similar-images", number, "--rotated")
    assert (away.exit_code, away.stdout) == (3, "")
    assert "no such file" in away.stderr
    assert names(library("find-similar-images", "--json", number).json) == ["small.png"]
    library("scan")
    closed = library("find-similar-images", number, "--rotated")
    assert (closed.exit_code, closed.stdout) == (3, "")
    assert f"cannot turn: entity {number}: its bytes are at no known place" in closed.stderr
    assert "without --rotated" in closed.stderr


def test_several_images_are_answered_in_one_call_each_under_its_name(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    number = entity_of(filled, media / "lake-small.png")
    listed = f"{media / 'hill.png'}\n{number}\n"
    asked = ("find-similar-images", media / "lake.jpg", "--from-file", "-")
    found = filled(*asked, "--json", stdin=listed)
    assert found.exit_code == 0
    assert [(one["query"], names([one])) for one in found.json] == [
        ({"path": str(media / "lake.jpg")}, ["lake-small.png"]),
        ({"entity": number}, ["lake.jpg"]),
    ]
    told = filled(*asked, stdin=listed)
    lines = told.stdout.splitlines()
    assert [lines[0], lines[2]] == [str(media / "lake.jpg"), f"entity {number}"]
    assert all(line.startswith("  phash") for line in (lines[1], lines[3]))
    assert f"nothing similar found: {media / 'hill.png'}" in told.stderr


def test_each_of_several_has_the_answer_that_it_has_alone(library: CommandInProcess, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.png", encoded(photo(n, (96, 72)), "PNG")) for n in range(1, 9)]
    add(library, *files)
    together = library("find-similar-images", "--json", *WIDE, *files).json
    alone = [one for path in files for one in library("find-similar-images", "--json", *WIDE, path).json]
    assert together == alone
    assert len(alone) == 8 * 7


def test_a_bad_image_among_several_is_one_error_and_the_rest_is_answered(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    bad = ["4711", str(tmp_path / "pipe"), str(media / "notes.txt"), str(tmp_path / "none.png"), "ab" * 32]
    listed = "\0".join([*bad, str(media / "lake.jpg")])
    for options in ([], ["--rotated"]):
        found = filled("find-similar-images", "--json", "-0", "--from-file", "-", *options, stdin=listed)
        assert found.exit_code == 3
        assert names(found.json) == ["lake-small.png"]
        errors = found.stderr.splitlines()
        assert len(errors) == len(bad)
        for name, reason in zip(
            bad,
            ["no such asset", "pipe", "not an image", "no such file", "no such asset"],
            strict=True,
        ):
            assert sum(name in line and reason in line for line in errors) == 1


def test_several_images_that_resemble_nothing_are_exit_code_one(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other.png", encoded(photo(99), "PNG"))
    found = filled("find-similar-images", media / "hill.png", other)
    assert (found.exit_code, found.stdout) == (1, "")


@pytest.mark.parametrize("listed", ["", "\n\n"])
def test_an_empty_list_asks_nothing(filled: CommandInProcess, listed: str) -> None:
    found = filled("find-similar-images", "--from-file", "-", stdin=listed)
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "")


def test_no_image_at_all_and_no_list_that_can_be_read_are_usage_errors(
    library: CommandInProcess, tmp_path: Path
) -> None:
    nothing = library("find-similar-images")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert "no image was given" in nothing.stderr
    missing = library("find-similar-images", "--from-file", tmp_path / "list")
    assert missing.exit_code == 2
    assert f"cannot read: {tmp_path / 'list'}" in missing.stderr
