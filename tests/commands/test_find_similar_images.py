"""`dam-cli find-similar-images`: what resembles a picture, best first, and nothing written."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sqlalchemy import create_engine, text

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, paths_of, sha256, write

WIDE = ["--phash-threshold", "64", "--ahash-threshold", "64", "--dhash-threshold", "64"]
NEVER = ["--phash-threshold", "0", "--ahash-threshold", "0", "--dhash-threshold", "0"]


def names(answers: list[dict[str, Any]]) -> list[str]:
    return [os.path.basename(path) for answer in answers for path in sorted(paths_of(answer))]


@pytest.fixture
def variants(tmp_path: Path) -> Path:
    """A folder with one photo as it is shot, resized, brightened, cropped, and with others."""
    folder = tmp_path / "variants"
    lake = photo(1)
    pictures = {
        "lake.jpg": encoded(lake, quality=90),
        "again.jpg": encoded(lake, quality=40),
        "small.png": encoded(lake.resize((160, 120)), "PNG"),
        "bright.png": encoded(ImageEnhance.Brightness(lake).enhance(1.3), "PNG"),
        "cropped.png": encoded(lake.crop((16, 12, 320, 240)), "PNG"),
        "hill.png": encoded(photo(2), "PNG"),
        "sea.png": encoded(photo(7), "PNG"),
    }
    for name, data in pictures.items():
        write(folder / name, data)
    return folder


def test_a_picture_that_the_library_does_not_have_finds_its_likes(
    filled: CommandInProcess, tmp_path: Path, media: Path
) -> None:
    image = write(tmp_path / "query.webp", encoded(photo(1), "WEBP", quality=60))
    found = filled("find-similar-images", "--json", image)
    assert found.exit_code == 0
    assert set(names(found.json)) == {"lake.jpg", "lake-small.png"}
    for answer in found.json:
        assert set(answer["distances"]) == {"phash", "ahash", "dhash", "pdq"}
        assert all(isinstance(bits, int) for bits in answer["distances"].values())
        assert {"entity", "sha256", "md5", "size", "media_type", "in_store"} <= set(answer)
    people = filled("find-similar-images", image).stdout
    assert len(people.splitlines()) == 2
    assert "phash" in people
    assert "pdq" in people
    assert str(media / "lake.jpg") in people


def test_the_queried_content_is_not_listed_as_similar_to_itself(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "another name.jpg", (media / "lake.jpg").read_bytes())
    for image in (media / "lake.jpg", copy):
        assert names(filled("find-similar-images", "--json", image).json) == ["lake-small.png"]


def test_nothing_similar_is_exit_code_one(filled: CommandInProcess, tmp_path: Path) -> None:
    image = write(tmp_path / "other.png", encoded(photo(99), "PNG"))
    found = filled("find-similar-images", image)
    assert (found.exit_code, found.stdout) == (1, "")
    assert "nothing similar found" in found.stderr


def test_results_are_ranked_by_pdq_then_phash_then_dhash_then_ahash(
    library: CommandInProcess, variants: Path
) -> None:
    add(library, "-r", variants)
    found = library("find-similar-images", "--json", variants / "lake.jpg", *WIDE).json
    assert len(found) == 6
    ranks = [
        tuple(answer["distances"][name] for name in ("pdq", "phash", "dhash", "ahash")) for answer in found
    ]
    assert ranks == sorted(ranks)
    assert names(found)[:1] == ["again.jpg"]
    assert set(names(found)[-2:]) == {"hill.png", "sea.png"}


@pytest.mark.parametrize("channel", ["phash", "ahash", "dhash"])
def test_a_match_is_any_of_the_three_within_its_own_threshold(
    library: CommandInProcess, variants: Path, channel: str
) -> None:
    add(library, "-r", variants)
    image = variants / "lake.jpg"
    every = library("find-similar-images", "--json", image, *WIDE).json
    limit = sorted(answer["distances"][channel] for answer in every)[3]
    found = library("find-similar-images", "--json", image, *NEVER, f"--{channel}-threshold", str(limit)).json
    expected = {
        answer["entity"]
        for answer in every
        if answer["distances"][channel] <= limit
        or 0 in (answer["distances"][c] for c in ("phash", "ahash", "dhash"))
    }
    assert {answer["entity"] for answer in found} == expected
    assert len(expected) >= 4


def test_the_thresholds_are_four_unless_told_otherwise(library: CommandInProcess, variants: Path) -> None:
    add(library, "-r", variants)
    fours = ["--phash-threshold", "4", "--ahash-threshold", "4", "--dhash-threshold", "4"]
    image = variants / "lake.jpg"
    assert (
        library("find-similar-images", "--json", image).json
        == library("find-similar-images", "--json", image, *fours).json
    )


def test_flat_pictures_match_nothing_by_themselves(library: CommandInProcess, tmp_path: Path) -> None:
    for name, colour in (("grey.png", 128), ("dark.png", 20), ("white.png", 255)):
        add(library, write(tmp_path / name, encoded(Image.new("RGB", (64, 48), (colour,) * 3), "PNG")))
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    flat = library("find-similar-images", "--json", tmp_path / "grey.png", *WIDE)
    assert (flat.exit_code, flat.json) == (1, [])
    found = library("find-similar-images", "--json", tmp_path / "lake.png", *WIDE)
    assert (found.exit_code, found.json) == (1, [])


def test_a_hash_that_is_flat_is_left_to_the_other_two(library: CommandInProcess, tmp_path: Path) -> None:
    x = np.linspace(0, 1, 64)
    for name, rising in (("even.png", x), ("bent.png", 0.3 * x + 0.7 * x**4)):
        # Every pixel is brighter than its left neighbour, so the dHash has all its bits set.
        ramp = Image.fromarray(np.tile((rising * 255).astype(np.uint8), (48, 1)))
        write(tmp_path / name, encoded(ramp, "PNG"))
    add(library, tmp_path / "bent.png")
    (found,) = library("find-similar-images", "--json", tmp_path / "even.png", *WIDE).json
    assert found["distances"]["dhash"] == 0
    assert 0 not in (found["distances"]["ahash"], found["distances"]["phash"])
    assert library("find-similar-images", tmp_path / "even.png", *NEVER).exit_code == 1


def test_only_hashes_of_the_current_version_are_compared_and_the_rest_is_counted(
    filled: CommandInProcess, media: Path
) -> None:
    entity = filled("find-file-by-hash", "--json", "-f", media / "lake-small.png").json[0]["entity"]
    engine = create_engine(os.environ["DATABASE_URL"])
    with engine.begin() as connection:  # As an older program left it.
        connection.execute(
            text(
                "UPDATE ledger SET version = 0 WHERE entity_id = :entity AND system_id ="
                " (SELECT id FROM system WHERE name = 'image.hash_perceptually')"
            ),
            {"entity": entity},
        )
    engine.dispose()
    stale = filled("find-similar-images", "--json", media / "lake.jpg")
    assert stale.json == []
    assert "1 " in stale.stderr
    assert "not compared" in stale.stderr
    assert filled("run").exit_code == 0
    fresh = filled("find-similar-images", "--json", media / "lake.jpg")
    assert names(fresh.json) == ["lake-small.png"]
    assert fresh.stderr == ""


def test_a_threshold_outside_0_to_64_is_a_usage_error(library: CommandInProcess, media: Path) -> None:
    for channel in ("phash", "ahash", "dhash"):
        for value in ("-1", "65", "four"):
            refused = library("find-similar-images", media / "lake.jpg", f"--{channel}-threshold={value}")
            assert refused.exit_code == 2
            assert channel in refused.stderr


def test_a_file_that_is_no_image_is_a_usage_error(library: CommandInProcess, media: Path) -> None:
    half = write(media / "half.png", (media / "hill.png").read_bytes()[:2000])
    for path, reason in (
        (media / "notes.txt", "not an image"),
        (half, "truncated"),
        (media, "is a folder"),
        (media / "missing.png", "no such file or directory"),
    ):
        refused = library("find-similar-images", path)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert f"{path}: {reason}" in refused.stderr


def test_nothing_is_written(filled: CommandInProcess, media: Path, tmp_path: Path) -> None:
    stranger = write(tmp_path / "stranger.png", encoded(photo(42), "PNG"))
    before = everything()
    for image in (media / "lake.jpg", stranger):
        filled("find-similar-images", image)
    assert everything() == before
    assert filled("find-file-by-hash", sha256(stranger.read_bytes())).exit_code == 1
