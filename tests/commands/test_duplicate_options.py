"""What `find-duplicates` is told: how near, how plain, how turned, how new, with which components."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import answer, families, groups, name_of
from tests.commands.facts import add, show, write
from tests.commands.rows import execute
from tests.duplicates.outline import read

LONG_AGO = 1_577_836_800_000_000
"""The first of January 2020, as the database has it."""


def near(library: CommandInProcess, *options: str) -> set[str]:
    """Return the names of all that is in a group of near pictures."""
    return {name for _, names in groups(library, "--class", "near", *options) for name in names}


@pytest.fixture
def blends(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with a lake, and others into which a hill is blended more and more."""
    for share in (0, 12, 37, 62):
        blend = Image.blend(photo(1), photo(2), share / 100)
        add(library, write(tmp_path / f"{share}.png", encoded(blend, "PNG")))
    return library


def test_presets_go_from_what_is_hardly_changed_to_more(blends: CommandInProcess) -> None:
    tight, middle, loose = (near(blends, *preset) for preset in (["--tight"], [], ["--loose"]))
    assert tight < middle <= loose
    assert {"0.png", "12.png"} <= tight


def test_an_explicit_threshold_is_of_pdq_alone(blends: CommandInProcess) -> None:
    (group,), _, _ = answer(blends, "--pdq-threshold", "128")
    bits = {name_of(one): one["distances"]["pdq"] for one in group["members"]}
    assert len(bits) == 3
    least = min(bits.values())
    assert near(blends, "--pdq-threshold", "0") == set()
    found, _, _ = answer(blends, "--pdq-threshold", str(least))
    assert all(one["distances"]["pdq"] <= least for group in found for one in group["members"])
    assert found


def test_pdq_decides_alone_only_where_both_qualities_are_at_least_what_was_asked_for(
    library: CommandInProcess, tmp_path: Path
) -> None:
    pale = Image.blend(Image.new("RGB", photo(1).size, (128,) * 3), photo(1), 0.2)
    for quality in (90, 50):
        add(library, write(tmp_path / f"{quality}.jpg", encoded(pale, quality=quality)))
    assert near(library, "--pdq-threshold", "31") == set()
    assert near(library, "--pdq-threshold", "31", "--quality", "20") == {"90.jpg", "50.jpg"}
    assert near(library) == {"90.jpg", "50.jpg"}


@pytest.mark.parametrize(("size", "is_believed"), [((90, 64), True), ((84, 63), False), ((48, 36), False)])
def test_both_commands_believe_pdq_alone_from_the_same_size_on(
    library: CommandInProcess, tmp_path: Path, size: tuple[int, int], is_believed: bool
) -> None:
    for quality in (95, 80):
        small = encoded(photo(1).resize(size), quality=quality)
        add(library, write(tmp_path / f"{quality}.jpg", small))
    likeness = library("find-similar-images", "--json", "1", "--pdq-threshold", "31").json
    assert ["pdq" in one["matched"] for one in likeness] == [is_believed]
    assert near(library, "--pdq-threshold", "31") == ({"95.jpg", "80.jpg"} if is_believed else set())
    # Three hashes that agree prove more than one.
    assert near(library) == {"95.jpg", "80.jpg"}


def test_a_step_within_the_threshold_is_a_pair_and_one_beyond_is_none(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    add(library, write(tmp_path / "blend.png", encoded(Image.blend(photo(1), photo(2), 0.3), "PNG")))
    (group,), _, _ = answer(library)
    (bits,) = (one["distances"]["pdq"] for one in group["members"])
    assert near(library, "--pdq-threshold", str(bits)) == {"lake.png", "blend.png"}
    assert near(library, "--pdq-threshold", str(bits - 1)) == set()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--tight", "--loose"], "only one of --tight, --loose and --pdq-threshold"),
        (["--tight", "--pdq-threshold", "80"], "only one of --tight, --loose and --pdq-threshold"),
        (["--loose", "--pdq-threshold", "80"], "only one of --tight, --loose and --pdq-threshold"),
        (["--pdq-threshold", "-1"], "--pdq-threshold"),
        (["--pdq-threshold", "129"], "--pdq-threshold"),
        (["--pdq-threshold", "many"], "--pdq-threshold"),
        (["--aspect-tolerance", "0.9"], "--aspect-tolerance"),
        (["--aspect-tolerance", "nan"], "bad aspect tolerance: nan"),
        (["--quality", "101"], "--quality"),
        (["--quality", "-1"], "--quality"),
        (["--limit", "0"], "--limit"),
        (["--class", "similar"], "unknown class: similar"),
        (["--class", "near", "--class", "bytes"], "unknown class: bytes"),
        (["--new-since", "yesterday"], "bad moment: yesterday"),
        (["--new-since", "2026-13-01"], "bad moment: 2026-13-01"),
        (["--new-since", ""], "bad moment: "),
        (["--new-since", "99999999999d"], "bad moment: 99999999999d"),
        (["--has", "Imagination"], "Imagination"),
        (["--lacks", "Imagination"], "Imagination"),
        (["--where", "Imagination.name=much"], "Imagination"),
        (["--where", "Dimensions.width"], "bad condition: Dimensions.width"),
        (["--where", "Dimensions.width=wide"], "bad condition: Dimensions.width=wide"),
        (["lake.jpg"], "lake.jpg"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(
    library: CommandInProcess, tmp_path: Path, options: list[str], complaint: str
) -> None:
    report = tmp_path / "out.html"
    refused = library("find-duplicates", "--report", report, *options)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert complaint in refused.stderr
    assert not report.exists()


def test_another_shape_is_not_the_same_picture_unless_it_may_be(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    add(library, write(tmp_path / "wide.png", encoded(photo(1).resize((360, 240)), "PNG")))
    assert near(library) == set()
    assert near(library, "--aspect-tolerance", "1.12") == set()
    assert near(library, "--aspect-tolerance", "1.13") == {"lake.png", "wide.png"}
    assert near(library, "--aspect-tolerance", "inf") == {"lake.png", "wide.png"}


def test_below_the_quality_a_pair_needs_to_be_nearer(library: CommandInProcess, tmp_path: Path) -> None:
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    add(library, write(tmp_path / "blend.png", encoded(Image.blend(photo(1), photo(2), 0.5), "PNG")))
    add(library, write(tmp_path / "coarse.jpg", encoded(photo(1), quality=60)))
    assert near(library) == {"lake.png", "blend.png", "coarse.jpg"}
    execute("UPDATE image_pdq SET quality = 40")
    assert near(library) == {"lake.png", "coarse.jpg"}
    assert near(library, "--quality", "40") == {"lake.png", "blend.png", "coarse.jpg"}


def test_turned_and_mirrored_pictures_are_found_if_they_are_asked_for(
    library: CommandInProcess, tmp_path: Path
) -> None:
    turns = {
        "mirrored": Image.Transpose.FLIP_LEFT_RIGHT,
        "flipped": Image.Transpose.FLIP_TOP_BOTTOM,
        "turned 180": Image.Transpose.ROTATE_180,
        "turned 90": Image.Transpose.ROTATE_270,
        "turned 270": Image.Transpose.ROTATE_90,
        "transposed": Image.Transpose.TRANSPOSE,
        "transversed": Image.Transpose.TRANSVERSE,
    }
    add(library, write(tmp_path / "lake.png", encoded(photo(1, (640, 480)), "PNG")))
    for name, turn in turns.items():
        add(library, write(tmp_path / f"{name}.jpg", encoded(photo(1).transpose(turn))))
    assert groups(library) == []
    (group,), _, _ = answer(library, "--rotated")
    assert name_of(group["best"]) == "lake.png"
    assert {name_of(one): one["orientation"] for one in group["members"]} == {
        f"{name}.jpg": name for name in turns
    }
    for member in group["members"]:
        distances = member["distances"]
        assert distances.pop("pdq") <= 70
        assert set(distances.values()) == {None}
    shown = library("find-duplicates", "--rotated").stdout
    assert all(f"  {name}\n" in shown for name in turns)


def test_a_picture_that_exif_turns_is_as_it_is_displayed(library: CommandInProcess, tmp_path: Path) -> None:
    lake = photo(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = lake.transpose(Image.Transpose.ROTATE_90)
    add(library, write(tmp_path / "lake.png", encoded(lake, "PNG")))
    add(library, write(tmp_path / "upright.jpg", encoded(stored, quality=90, exif=exif)))
    add(library, write(tmp_path / "exact.png", encoded(stored, "PNG", exif=exif)))
    # What lost its EXIF lies on its side.
    add(library, write(tmp_path / "aside.jpg", encoded(stored, quality=90)))
    assert groups(library) == [
        ("pixel-identical", ["lake.png", "exact.png"]),
        ("near", ["lake.png", "upright.jpg"]),
    ]
    assert near(library, "--rotated") == {"lake.png", "upright.jpg", "aside.jpg"}


@pytest.fixture
def old_and_new(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with pairs of old files, of new ones, and of one and the other."""
    for seed, (first, second) in enumerate((("old", "old"), ("old", "new"), ("new", "new")), start=1):
        for number, (age, kind) in enumerate(((first, "PNG"), (second, "JPEG"))):
            name = f"{seed}{'ab'[number]}-{age}.{kind.lower()}"
            add(library, write(tmp_path / "media" / name, encoded(photo(seed), kind)))
    for path in (tmp_path / "media").glob("*-old.*"):
        make_old(show(library, path)["entity"])
    return library


def make_old(entity: int) -> None:
    execute(f"UPDATE file_location SET first_seen = {LONG_AGO} WHERE entity_id = {entity}")


@pytest.mark.parametrize("since", ["2021-01-01", "2021-01-01T12:30", "2021-01-01T12:30:00+05:00", "1h", "7d"])
def test_a_pair_counts_if_one_of_both_is_new(old_and_new: CommandInProcess, since: str) -> None:
    assert {tuple(sorted(names)) for _, names in groups(old_and_new, "--new-since", since)} == {
        ("2a-old.png", "2b-new.jpeg"),
        ("3a-new.png", "3b-new.jpeg"),
    }


def test_what_is_new_is_marked(old_and_new: CommandInProcess, tmp_path: Path) -> None:
    found, _, _ = answer(old_and_new, "--new-since", "7d")
    marked = {name_of(one): one["new"] for group in found for one in (group["best"], *group["members"])}
    assert marked == {name: "new" in name for name in marked}
    assert set(marked.values()) == {False, True}
    shown = old_and_new("find-duplicates", "--new-since", "7d").stdout.splitlines()
    assert all(line.endswith("  new") == ("-new." in line) for line in shown)
    page = tmp_path / "out.html"
    old_and_new("find-duplicates", "--new-since", "7d", "--report", page)
    assert read(page).texts["turned"] == ["New"] * 3
    # Nobody asked what is new.
    assert "new" not in answer(old_and_new)[0][0]["best"]
    assert not any(line.endswith("  new") for line in old_and_new("find-duplicates").stdout.splitlines())


def test_of_one_content_at_several_places_the_new_ones_are_marked(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "old.txt", b"notes"))
    execute(f"UPDATE file_location SET first_seen = {LONG_AGO}")
    add(library, write(tmp_path / "again.txt", b"notes"))
    (group,), _, _ = answer(library, "--new-since", "7d")
    assert {place["path"]: place["new"] for place in group["best"]["locations"]} == {
        str(tmp_path / "old.txt"): False,
        str(tmp_path / "again.txt"): True,
    }
    assert group["best"]["new"] is False
    shown = library("find-duplicates", "--new-since", "7d").stdout
    assert f"{tmp_path}/old.txt\n" in shown
    assert f"{tmp_path}/again.txt  new\n" in shown


def test_since_before_all_is_everything_and_since_now_is_nothing(old_and_new: CommandInProcess) -> None:
    assert groups(old_and_new, "--new-since", "2019-12-31") == groups(old_and_new)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert groups(old_and_new, "--new-since", tomorrow) == []


def test_what_two_old_files_are_to_each_other_is_left_out_beside_a_new_one(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = photo(1)
    old = [
        write(tmp_path / "large.png", encoded(lake.resize((640, 480)), "PNG")),
        write(tmp_path / "coarse.jpg", encoded(lake, quality=60)),
        write(tmp_path / "small.jpg", encoded(lake.resize((160, 120)))),
    ]
    add(library, *old)
    for path in old:
        make_old(show(library, path)["entity"])
    assert groups(library, "--new-since", "1d") == []
    add(library, write(tmp_path / "new.jpg", encoded(lake, quality=80)))
    (group,), _, _ = answer(library, "--new-since", "1d")
    new = show(library, tmp_path / "new.jpg")["entity"]
    assert group["centre"] == new
    assert {name_of(one) for one in (group["best"], *group["members"])} == {
        "large.png", "coarse.jpg", "small.jpg", "new.jpg",
    }  # fmt: skip


def test_of_identical_pixels_and_bytes_one_must_be_new_as_well(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake, hill = photo(1), photo(2)
    for name, data in (
        ("lake.png", encoded(lake, "PNG")), ("lake.bmp", encoded(lake, "BMP")),
        ("hill.png", encoded(hill, "PNG")), ("again/hill.png", encoded(hill, "PNG")),
    ):  # fmt: skip
        add(library, write(tmp_path / name, data))
    execute(f"UPDATE file_location SET first_seen = {LONG_AGO}")
    assert len(groups(library)) == 2
    assert groups(library, "--new-since", "1d") == []
    add(library, write(tmp_path / "lake.tif", encoded(lake, "TIFF")))
    add(library, write(tmp_path / "more" / "hill.png", encoded(hill, "PNG")))
    assert groups(library, "--new-since", "1d") == [
        ("byte-identical", ["hill.png"] * 3),
        ("pixel-identical", ["lake.png", "lake.tif"]),
    ]


def test_components_say_what_must_be_in_every_pair(library: CommandInProcess, tmp_path: Path) -> None:
    families(tmp_path / "media")
    add(library, "-r", tmp_path / "media")
    everything = groups(library)
    assert groups(library, "--has", "Image", "Dimensions", "--lacks", "RelationMember") == everything
    assert groups(library, "--lacks", "FileProperties") == []
    library("relate", "alternate-of", tmp_path / "media" / "hill.jpg", tmp_path / "media" / "small.jpg")
    (only,) = groups(library, "--has", "RelationMember", "Image", "--class", "near")
    assert "small.jpg" in only[1]
    (rest,) = groups(library, "--lacks", "RelationMember", "--class", "near")
    assert {"coarse.jpg", "bright.jpg"} <= set(rest[1])


def test_conditions_say_what_must_be_in_every_pair(library: CommandInProcess, tmp_path: Path) -> None:
    add(library, "-r", families(tmp_path / "media"))
    assert groups(library, "--where", "Dimensions.width>0") == groups(library)
    # Only one picture is as small: the others of the group are like just that one.
    (group,), _, _ = answer(library, "--where", "Dimensions.width=160")
    apart = {name_of(one): one["from_centre"] for one in (group["best"], *group["members"])}
    assert group["class"] == "near"
    assert apart["small.jpg"] == 0
    assert {"lake.jpg", "lake.png", "coarse.jpg"} < set(apart)
    assert groups(library, "--where", "Dimensions.width=160", "Dimensions.height=1") == []
    assert groups(library, "--where", "Dimensions.width=160", "--lacks", "Image") == []
    for width, found in ((320, [("byte-identical", ["lake.jpg"] * 2)]), (160, [])):
        assert groups(library, "--class", "byte", "--where", f"Dimensions.width={width}") == found


def test_comparing_everything_finds_at_least_as_much(library: CommandInProcess, tmp_path: Path) -> None:
    families(tmp_path / "media")
    add(library, "-r", tmp_path / "media")
    found = library("find-duplicates", "--exhaustive")
    assert (found.stdout, found.stderr) == (
        library("find-duplicates").stdout,
        library("find-duplicates").stderr,
    )
    assert found.stderr.startswith("compared 9 pictures, each with each\n")


def test_flat_pictures_match_by_their_pixels_and_by_nothing_else(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for name, colour in (("grey.png", 128), ("grey.bmp", 128), ("dark.png", 20), ("grey.jpg", 128)):
        kind = {"png": "PNG", "bmp": "BMP", "jpg": "JPEG"}[name[-3:]]
        add(library, write(tmp_path / name, encoded(Image.new("L", (96, 72), colour), kind)))
    add(library, write(tmp_path / "large.png", encoded(Image.new("L", (192, 144), 128), "PNG")))
    (group,) = groups(library, "--loose", "--rotated")
    assert group[0] == "pixel-identical"
    assert set(group[1]) >= {"grey.png", "grey.bmp"}
    assert not {"dark.png", "large.png"} & set(group[1])
    assert groups(library, "--class", "near", "--pdq-threshold", "128", "--quality", "0") == []


@pytest.mark.parametrize("size", [(1, 1), (4, 3), (31, 24)])
def test_tiny_pictures_match_by_their_pixels_and_by_nothing_else(
    library: CommandInProcess, tmp_path: Path, size: tuple[int, int]
) -> None:
    tiny = photo(1).resize(size)
    jpeg = encoded(tiny, quality=60)
    decoded = Image.open(BytesIO(jpeg)).convert("RGB")
    add(library, write(tmp_path / "tiny.jpg", jpeg))
    add(library, write(tmp_path / "tiny.png", encoded(decoded, "PNG")))
    add(library, write(tmp_path / "other.png", encoded(photo(2).resize(size), "PNG")))
    assert groups(library, "--loose") == [("pixel-identical", ["tiny.jpg", "tiny.png"])]
    _, summary, result = answer(library)
    assert (summary["pictures"], summary["plain"]) == (0, 3)
    assert "3 images are too small or too plain and were not compared" in result.stderr
