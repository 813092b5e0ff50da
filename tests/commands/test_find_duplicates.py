"""`dam-cli find-duplicates`: three classes that are never mixed, each group around its best member."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base

from dam.commands.progress import in_words
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import answer, families, groups, name_of
from tests.commands.facts import add, everything, sha256, show, write
from tests.duplicates.outline import read

PIXELS = {"lake.jpg", "stripped.jpg", "lake.png", "lake.bmp"}
NEAR = {"coarse.jpg", "bright.jpg", "small.jpg"}
ALL_BUT_THE_BEST = (PIXELS | NEAR | {"backup/lake.jpg"}) - {"lake.jpg"}


@pytest.fixture
def families_added(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with a lake in many forms; what was named first was added first."""
    folder = families(tmp_path / "media")
    for path in sorted(folder.rglob("*"), key=lambda path: (path.name != "lake.jpg", path)):
        if path.is_file():
            add(library, path)
    return library


def test_each_class_has_groups_of_its_own(families_added: CommandInProcess) -> None:
    byte, pixel, near = groups(families_added)
    assert byte == ("byte-identical", ["lake.jpg", "lake.jpg"])
    assert (pixel[0], set(pixel[1])) == ("pixel-identical", PIXELS)
    assert (near[0], set(near[1])) == ("near", {"lake.jpg"} | NEAR)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (["byte"], ["byte-identical"]),
        (["pixel"], ["pixel-identical"]),
        (["near"], ["near"]),
        (["byte", "near"], ["byte-identical", "near"]),
        (["near", "pixel", "byte"], ["byte-identical", "pixel-identical", "near"]),
    ],
)
def test_only_the_classes_that_are_asked_for_are_answered(
    families_added: CommandInProcess, classes: list[str], expected: list[str]
) -> None:
    assert [likeness for likeness, _ in groups(families_added, "--class", *classes)] == expected


def test_json_says_of_each_group_what_can_be_known(families_added: CommandInProcess, tmp_path: Path) -> None:
    (byte, pixel, near), summary, found = answer(families_added)
    lake = show(families_added, tmp_path / "media" / "lake.jpg")["entity"]
    assert summary == {
        "groups": 3,
        "shown": 3,
        "saved": sum((tmp_path / "media" / name).stat().st_size for name in ALL_BUT_THE_BEST),
        "pictures": 9,
        "incomparable": 0,
        "plain": 0,
        "unhashed": 0,
        "undecodable": 0,
        "undecoded": 0,
        "unseen": 0,
        "skipped": 0,
        "sampled_recall": None,
        "media": [
            {"class": f"same {what}", "compared": 0, "uncompared": 0}
            for what in ("film", "recording", "text")
        ],
    }
    assert found.stdout.isascii()
    assert (byte["best"]["entity"], byte["members"]) == (lake, [])
    assert {place["path"] for place in byte["best"]["locations"]} == {
        str(tmp_path / "media" / name) for name in ("lake.jpg", "backup/lake.jpg")
    }
    assert near["centre"] == lake
    for group in (byte, pixel):
        for one in (group, group["best"], *group["members"]):
            assert not {"centre", "from_centre"} & set(one)
    for group in (pixel, near):
        assert group["best"]["entity"] == lake
        for member in group["members"]:
            assert member["orientation"] == "upright"
            assert set(member["distances"]) == {"pdq", "phash", "dhash", "ahash"}
            data = (tmp_path / "media" / name_of(member)).read_bytes()
            assert (member["sha256"], member["size"]) == (sha256(data), len(data))
    assert all(set(one["distances"].values()) == {0} for one in pixel["members"])
    bits = [one["distances"]["pdq"] for one in near["members"]]
    assert bits == sorted(bits)
    assert 0 < bits[-1] <= 100


def test_people_read_places_distances_and_how_far_it_went(
    families_added: CommandInProcess, tmp_path: Path
) -> None:
    found = families_added("find-duplicates")
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads == ["byte-identical: 2 places", "pixel-identical: 4 files", "near: 4 files"]
    assert {line.strip() for line in lines[2:4]} == {
        str(tmp_path / "media" / name) for name in ("lake.jpg", "backup/lake.jpg")
    }
    assert len([line for line in lines if line.endswith("  best")]) == 2
    assert re.search(r"/small\.jpg  pdq \d+  phash \d+  dhash \d+  ahash \d+$", found.stdout, re.MULTILINE)
    saved = sum((tmp_path / "media" / name).stat().st_size for name in ALL_BUT_THE_BEST)
    assert found.stderr.splitlines() == [
        "compared 9 pictures, each with each",
        f"3 groups of duplicates: {in_words(saved)} could be saved",
    ]


def test_what_could_be_saved_is_what_files_at_known_places_take(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = photo(1)
    kinds = {"a.png": "PNG", "b.tif": "TIFF"}
    paths = [write(tmp_path / name, encoded(lake, kind)) for name, kind in kinds.items()]
    (tmp_path / "link.tif").hardlink_to(paths[1])
    add(library, *paths, tmp_path / "link.tif")
    _, summary, _ = answer(library)
    assert summary["saved"] == paths[1].stat().st_size
    for name in ("b.tif", "link.tif"):
        (tmp_path / name).unlink()
    library("scan", tmp_path)
    found, summary, _ = answer(library)
    assert (len(found), summary["saved"]) == (1, 0)


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_limit_shows_the_first_groups_and_says_how_many_more_there_are(
    families_added: CommandInProcess, tmp_path: Path, limit: int
) -> None:
    everything, whole, _ = answer(families_added)
    some, summary, found = answer(families_added, "--limit", str(limit))
    assert some == everything[:limit]
    assert summary == {**whole, "shown": len(some)}
    assert found.exit_code == 0
    told = families_added("find-duplicates", "--limit", str(limit))
    assert told.exit_code == 0
    assert len([line for line in told.stdout.splitlines() if not line.startswith(" ")]) == len(some)
    left = len(everything) - len(some)
    assert told.stderr.splitlines()[2:] == [f"{left} more beyond the limit"] * bool(left)
    page = tmp_path / "out.html"
    told = families_added("find-duplicates", "--limit", str(limit), "--report", page)
    assert told.stderr.splitlines()[-1] == f"{len(some)} shown in {page}"
    assert page.read_text().count("<article ") == len(some)


def test_the_best_has_most_pixels_then_richest_metadata_then_age(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = photo(1)
    add(library, write(tmp_path / "small.png", encoded(lake.resize((160, 120)), "PNG")))
    add(library, write(tmp_path / "first.png", encoded(lake, "PNG")))
    add(library, write(tmp_path / "second.bmp", encoded(lake, "BMP")))
    assert groups(library) == [
        ("pixel-identical", ["first.png", "second.bmp"]),
        ("near", ["first.png", "small.png"]),
    ]
    # What was computed from pixels, as their hash was now, makes nothing richer, and nor do decisions.
    apart = library("relate", "alternate-of", tmp_path / "small.png", tmp_path / "second.bmp")
    assert apart.exit_code == 0
    assert groups(library)[0] == ("pixel-identical", ["first.png", "second.bmp"])
    exif = Image.Exif()
    exif[Base.Model] = "a camera"
    add(library, write(tmp_path / "third.png", encoded(lake, "PNG", exif=exif)))
    assert groups(library)[0] == ("pixel-identical", ["third.png", "first.png", "second.bmp"])
    add(library, write(tmp_path / "large.png", encoded(lake.resize((640, 480)), "PNG")))
    assert groups(library)[-1][1][0] == "large.png"


def test_the_centre_is_what_most_are_near_to_and_need_not_be_the_best(
    library: CommandInProcess, tmp_path: Path
) -> None:
    one, other = photo(1), photo(2)
    add(library, write(tmp_path / "one.png", encoded(one.resize((640, 480)), "PNG")))
    add(library, write(tmp_path / "other.png", encoded(other, "PNG")))
    assert groups(library) == []
    add(library, write(tmp_path / "both.png", encoded(Image.blend(one, other, 0.5), "PNG")))
    (group,), _, _ = answer(library)
    both = show(library, tmp_path / "both.png")["entity"]
    assert (name_of(group["best"]), group["centre"]) == ("one.png", both)
    distances = {name_of(member): member["distances"]["pdq"] for member in group["members"]}
    # Distances are from the best one, to which members need not be near.
    assert distances["both.png"] <= 100 < distances["other.png"]
    from_centre = {name_of(one): one["from_centre"] for one in (group["best"], *group["members"])}
    assert from_centre["both.png"] == 0
    assert from_centre["one.png"] == distances["both.png"]
    assert 0 < from_centre["other.png"] <= 100
    page = tmp_path / "out.html"
    shown = library("find-duplicates").stdout
    library("find-duplicates", "--report", page)
    assert f"  best  (pdq {from_centre['one.png']} from the centre)\n" in shown
    assert f"  (pdq {from_centre['other.png']} from the centre)\n" in shown
    assert shown.count("  (centre)\n") == 1
    told = read(page).texts["quiet"]
    assert {f"PDQ {bits} from what all are near to" for bits in from_centre.values() if bits} <= set(told)
    assert told.count("All others are near to this one.") == 1


def test_no_chain_of_likes_becomes_one_group(library: CommandInProcess, tmp_path: Path) -> None:
    seeds, steps = (1, 2, 3, 4), 8
    for start, end in pairwise(seeds):
        for step in range(steps):
            blend = Image.blend(photo(start), photo(end), step / steps)
            write(tmp_path / "media" / f"{start}-{step}.png", encoded(blend, "PNG"))
    add(library, "-r", tmp_path / "media")
    found, summary, _ = answer(library, "--class", "near")
    members = [{name_of(one) for one in (group["best"], *group["members"])} for group in found]
    assert len(found) > 1
    assert not any({"1-0.png", "3-0.png"} <= group for group in members)
    # Nothing is in two groups, and nothing that is near its neighbours is in none.
    assert sum(map(len, members)) == len(set().union(*members)) == summary["pictures"] == 24


def test_nothing_is_found_where_nothing_is(library: CommandInProcess, tmp_path: Path) -> None:
    empty = library("find-duplicates")
    assert (empty.exit_code, empty.stdout, empty.stderr) == (1, "", "no duplicates found\n")
    add(library, write(tmp_path / "notes.txt", b"no picture"))
    assert groups(library, "--rotated") == []
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    for options in ([], ["--rotated"], ["--exhaustive"], ["--class", "byte"]):
        found, summary, result = answer(library, *options)
        assert (result.exit_code, found) == (1, [])
        assert summary["pictures"] == ("--class" not in options)
    assert library("find-duplicates").stderr.splitlines() == [
        "compared 1 picture, each with each",
        "no duplicates found",
    ]


def test_pictures_that_differ_are_not_found(library: CommandInProcess, tmp_path: Path) -> None:
    for seed in range(30):
        write(tmp_path / "media" / f"{seed}.jpg", encoded(photo(seed, (160, 120))))
    add(library, "-r", tmp_path / "media")
    assert groups(library, "--rotated", "--loose") == []


def test_files_that_are_no_pictures_are_found_at_all_their_places(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for name in ("notes.txt", "again/notes.txt", "more/notes.txt"):
        write(tmp_path / "media" / name, b"notes")
    write(tmp_path / "media" / "other.txt", b"other")
    add(library, "-r", tmp_path / "media")
    assert groups(library) == [("byte-identical", ["notes.txt"] * 3)]
    for name in ("again/notes.txt", "more/notes.txt"):
        (tmp_path / "media" / name).unlink()
    library("scan", tmp_path / "media")
    assert groups(library) == []


def test_nothing_is_changed_but_that_pixels_are_hashed(
    families_added: CommandInProcess, tmp_path: Path
) -> None:
    def tree() -> dict[str, tuple[int, int, int, str]]:
        stats = {path: path.stat() for path in (tmp_path / "media").rglob("*") if path.is_file()}
        return {
            str(path): (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, sha256(path.read_bytes()))
            for path, stat in stats.items()
        }

    files, (rows, stored) = tree(), everything()
    assert families_added("find-duplicates", "--report", tmp_path / "out.html").exit_code == 0
    rows_after, stored_after = everything()
    assert (tree(), stored_after) == (files, stored)
    changed = {table for table in rows if rows[table] != rows_after[table]}
    assert changed <= {"image_pixel_hash", "ledger", "system"}
    assert set(rows["ledger"]) <= set(rows_after["ledger"])
    families_added("find-duplicates", "--rotated", "--exhaustive", "--json")
    assert (tree(), everything()) == (files, (rows_after, stored_after))
