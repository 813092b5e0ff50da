"""`find-similar-images` on odd queries and damaged rows: a right answer or a clear error."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.models.fingerprint_page import FingerprintPage
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.samples import broken, encoded, odd, photo
from dam.search.packing import pack
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import answer, names
from tests.commands.facts import add, paths_of, write
from tests.commands.rows import execute, library_database

WIDE = ["--phash-threshold", "64", "--ahash-threshold", "64", "--dhash-threshold", "64"]
ALL = [*WIDE, "--pdq-threshold", "256"]


def found_by(library: CommandInProcess, *arguments: object) -> set[str]:
    """Return the names of the pictures that are found."""
    found = library("find-similar-images", "--json", *map(str, arguments))
    assert found.exit_code in (0, 1), found.stderr
    assert found.exit_code == (0 if found.json else 1)
    return {os.path.basename(path) for one in found.json for path in paths_of(one)}


@pytest.mark.parametrize("rotated", [[], ["--rotated"]])
def test_every_odd_picture_that_can_be_decoded_can_be_asked_about(
    library: CommandInProcess, tmp_path: Path, rotated: list[str]
) -> None:
    pictures = odd()
    for name, data in pictures.items():
        write(tmp_path / "queries" / name, data)
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    found = library("find-similar-images", "--json", *ALL, *rotated, *(tmp_path / "queries").iterdir())
    assert (found.exit_code, "dam-cli:" in found.stderr) == (0, False)
    asked = {os.path.basename(one["query"]["path"]) for one in found.json}
    # ImageHash clips 16-bit greys, so that they look white to its hashes; it is said, and not only "nothing".
    plain = {"one-pixel.png", "one-pixel.jpg", "sixteen-bit.png", "invisible.png"}
    assert asked == set(pictures) - plain
    for name in plain:
        assert (
            f"too plain to be compared by pHash, dHash or aHash: {tmp_path / 'queries' / name}"
            in found.stderr
        )


@pytest.mark.parametrize(
    ("name", "kin"),
    [
        ("cmyk.jpg", 2), ("alpha.png", 2), ("alpha.webp", 2), ("grey.jpg", 2),
        ("palette.png", 2), ("moving.gif", 3), ("moving.webp", 3), ("pages.tif", 3),
    ],
)  # fmt: skip
def test_an_odd_picture_finds_the_ordinary_one_it_was_made_of(
    library: CommandInProcess, tmp_path: Path, name: str, kin: int
) -> None:
    size = (64, 48) if kin == 2 else (32, 24)
    for seed in (2, 3, 4):
        add(library, write(tmp_path / f"{seed}.png", encoded(photo(seed, size), "PNG")))
    query = write(tmp_path / name, odd()[name])
    assert f"{kin}.png" in found_by(library, query, *["--phash-threshold", "8"])


def test_partly_transparent_pictures_are_like_the_whole_one_and_like_each_other(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = photo(1)
    corner = Image.new("L", lake.size, 255)
    corner.paste(0, (0, 0, lake.width // 8, lake.height // 8))
    pictures = {
        "whole.png": encoded(lake, "PNG"),
        "corner.png": encoded(with_alpha(lake, corner), "PNG"),
        "corner.webp": encoded(with_alpha(lake, corner), "WEBP", quality=80),
        "veiled.png": encoded(with_alpha(lake, Image.new("L", lake.size, 128)), "PNG"),
    }
    for name, data in {**pictures, "other.png": encoded(photo(2), "PNG")}.items():
        add(library, write(tmp_path / name, data))
    for name in pictures:
        assert found_by(library, tmp_path / name, "--pdq-threshold", "31") == set(pictures) - {name}
    grouped = [names(group) for group in answer(library)[0]]
    assert set().union(*grouped) == set(pictures)


def with_alpha(picture: Image.Image, mask: Image.Image) -> Image.Image:
    made = picture.convert("RGBA")
    made.putalpha(mask)
    return made


def test_a_picture_with_16_bits_a_channel_finds_the_one_with_8(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = photo(1, (96, 72))
    add(library, write(tmp_path / "lake.png", encoded(lake, "PNG")))
    deep = np.asarray(lake).astype(">u2") * 257
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in deep)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 96, 72, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    assert found_by(library, write(tmp_path / "deep.png", png), "--rotated") == {"lake.png"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("half.png", "truncated"),
        ("half.jpg", "truncated"),
        ("head-only.png", "truncated"),
        ("scrambled.png", "damaged"),
        ("bomb.png", "pixels are more than the limit"),
        ("bomb.gif", "pixels are more than the limit"),
        ("text-bomb.png", "inflates beyond the limit"),
        ("no-pixels.png", "damaged"),
        ("unsupported.jxr", "no decoder for"),
    ],
)
@pytest.mark.parametrize("rotated", [[], ["--rotated"]])
def test_a_picture_that_cannot_be_decoded_is_a_usage_error_with_the_reason(
    library: CommandInProcess, tmp_path: Path, name: str, reason: str, rotated: list[str]
) -> None:
    query = write(tmp_path / name, broken()[name])
    refused = library("find-similar-images", query, *rotated)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"dam-cli: cannot compare: {query}: ")
    assert reason in refused.stderr


def test_what_is_no_file_to_be_read_is_a_usage_error_at_once(
    library: CommandInProcess, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "to-the-pipe").symlink_to("pipe")
    for name, reason in (
        ("pipe", "pipe"),
        ("to-the-pipe", "pipe"),
        ("loop", "symbolic link"),
        ("", "folder"),
        ("missing.png", "no such file"),
    ):
        refused = library("find-similar-images", tmp_path / name)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert reason in refused.stderr
    empty = library("find-similar-images", write(tmp_path / "empty.png", b""))
    assert (empty.exit_code, "not an image" in empty.stderr) == (2, True)


def test_an_error_names_a_path_as_it_was_given(library: CommandInProcess, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "folder").mkdir()
    lines = {
        "link": f"cannot read: link: no such file or directory: it leads to {tmp_path / 'nowhere'}",
        "missing": "cannot read: missing: no such file or directory",
        "./missing": "cannot read: ./missing: no such file or directory",
        "folder/../missing": "cannot read: folder/../missing: no such file or directory",
        "folder": "cannot read: folder: is a folder",
    }
    for name, said in lines.items():
        refused = library("find-similar-images", name, cwd=tmp_path)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr == f"dam-cli: {said}\n"
    listed = library("find-similar-images", "--from-file", "-", cwd=tmp_path, stdin="\n".join(lines))
    assert (listed.exit_code, listed.stdout) == (3, "")
    assert listed.stderr.splitlines() == [f"dam-cli: {said}" for said in lines.values()]


def test_a_nul_in_a_path_costs_just_that_path(library: CommandInProcess, tmp_path: Path) -> None:
    lake = write(tmp_path / "lake.png", encoded(photo(1), "PNG"))
    add(library, lake, write(tmp_path / "coarse.jpg", encoded(photo(1), quality=60)))
    said = "dam-cli: cannot compare: lake\\x00.png: a path has no NUL\nhint: such a list needs -0\n"
    refused = library("find-similar-images", "lake\0.png", cwd=tmp_path)
    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", said)
    listed = library("find-similar-images", "--from-file", "-", cwd=tmp_path, stdin=b"lake\0.png\nlake.png\n")
    assert (listed.exit_code, listed.stderr) == (3, said)
    assert "coarse.jpg" in listed.stdout
    ended = library(
        "find-similar-images", "--null", "--from-file", "-", cwd=tmp_path, stdin=b"lake.png\0lake.png\0"
    )
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_limits_and_thresholds_out_of_range_are_usage_errors(library: CommandInProcess) -> None:
    for option, value in (
        ("--pdq-threshold", "257"),
        ("--pdq-threshold", "-1"),
        ("--pdq-threshold", "some"),
        ("--limit", "0"),
        ("--limit", "-3"),
    ):
        refused = library("find-similar-images", "1", f"{option}={value}")
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert option in refused.stderr


def test_a_flat_picture_matches_nothing_however_it_is_turned(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for name, colour in (("grey", 128), ("dark", 20)):
        add(library, write(tmp_path / f"{name}.png", encoded(Image.new("L", (96, 72), colour), "PNG")))
    add(library, write(tmp_path / "lake.png", encoded(photo(1), "PNG")))
    for query in ("grey.png", "lake.png"):
        assert found_by(library, tmp_path / query, *ALL, "--rotated") == set()


def test_libraries_without_images_or_with_one_answer_as_others_do(
    library: CommandInProcess, tmp_path: Path
) -> None:
    lake = write(tmp_path / "lake.png", encoded(photo(1), "PNG"))
    small = write(tmp_path / "small.png", encoded(photo(1).resize((160, 120)), "PNG"))
    every: list[list[str]] = [[], ["--rotated", *ALL]]
    for options in every:
        assert found_by(library, lake, *options) == set()
    add(library, write(tmp_path / "notes.txt", b"no picture"))
    assert found_by(library, lake) == set()
    add(library, lake)
    assert found_by(library, lake) == set()
    assert found_by(library, small) == {"lake.png"}


def test_assets_without_hashes_are_refused_with_the_reason(library: CommandInProcess, tmp_path: Path) -> None:
    added = add(
        library,
        write(tmp_path / "notes.txt", b"no picture"),
        write(tmp_path / "half.png", broken()["half.png"]),
        write(tmp_path / "lake.png", encoded(photo(1), "PNG")),
    )
    old = added["lake.png"]["entity"]
    execute(f"UPDATE ledger SET version = 0 WHERE entity_id = {old}")
    for name, reason in (
        ("notes.txt", "not an image"),
        ("half.png", "truncated"),
        ("lake.png", "it has no current hashes"),
    ):
        number = added[name]["entity"]
        refused = library("find-similar-images", str(number))
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert f"cannot compare: entity {number}: {reason}" in refused.stderr
    assert "hint: dam-cli run" in refused.stderr


def test_what_was_never_hashed_and_what_failed_are_counted_as_they_are(
    library: CommandInProcess, tmp_path: Path
) -> None:
    pictures = [write(tmp_path / f"{n}.png", encoded(photo(n, (96, 72)), "PNG")) for n in range(1, 5)]
    add(library, *pictures, write(tmp_path / "half.png", broken()["half.png"]))
    query: list[str | Path] = ["find-similar-images", pictures[0]]
    undecodable = "1 image cannot be decoded and was not compared: see dam-cli status --failed"
    assert library(*query).stderr == f"{undecodable}\nnothing similar found\n"
    entities = "(SELECT entity_id FROM image_phash WHERE entity_id > 2)"
    system = "(SELECT id FROM system WHERE name = 'image.hash_perceptually')"
    # Somebody deletes derived rows, as anybody may.
    execute(
        f"DELETE FROM ledger WHERE system_id = {system} AND entity_id IN {entities}",
        "DELETE FROM image_phash WHERE entity_id > 2",
    )
    assert "2 images have no current hashes yet" in library(*query).stderr
    execute(f"UPDATE ledger SET version = 0 WHERE system_id = {system} AND entity_id = 2")
    assert "3 images have no current hashes yet" in library(*query).stderr
    library("run")
    assert library(*query).stderr == f"{undecodable}\nnothing similar found\n"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE fingerprint_page SET format = 0",
        "UPDATE fingerprint_page SET count = count + 1",
        "UPDATE fingerprint_page SET checksum = 12345",
        "DELETE FROM fingerprint_page",
    ],
)
def test_damaged_pages_and_those_of_an_older_format_change_no_answer(
    library: CommandInProcess, tmp_path: Path, damage: str
) -> None:
    for number in range(1, 6):
        add(library, write(tmp_path / f"{number}.png", encoded(photo(number, (96, 72)), "PNG")))
    database = library_database()
    pack(database, [ImagePHashComponent], least=1)
    with database.read() as session:
        assert session.query(FingerprintPage).count() == 1
    database.close()
    before = found_by(library, tmp_path / "1.png", *WIDE)
    assert before == {"2.png", "3.png", "4.png", "5.png"}
    execute(damage)
    assert found_by(library, tmp_path / "1.png", *WIDE) == before


def test_a_pdq_of_the_wrong_length_matches_nothing_and_the_rest_is_answered(
    library: CommandInProcess, tmp_path: Path, database_kind: str
) -> None:
    for number in range(1, 4):
        add(library, write(tmp_path / f"{number}.png", encoded(photo(number, (96, 72)), "PNG")))
    short = "UPDATE image_pdq SET value = substr(value, 1, 31) WHERE entity_id = 2"
    if database_kind == "sqlite":
        execute("PRAGMA ignore_check_constraints = 1", short)
    else:
        execute("ALTER TABLE image_pdq DROP CONSTRAINT ck_image_pdq_value_length", short)
    only_pdq = ["--phash-threshold", "0", "--ahash-threshold", "0", "--dhash-threshold", "0"]
    assert found_by(library, tmp_path / "1.png", *only_pdq, "--pdq-threshold", "256") == {"3.png"}
    found = library("find-similar-images", "--json", tmp_path / "1.png", *ALL).json
    assert {one["entity"]: one["distances"]["pdq"] is None for one in found} == {2: True, 3: False}
    by_asset = library("find-similar-images", "--json", "2", *ALL).json
    assert all(one["distances"]["pdq"] is None for one in by_asset)


def test_a_64_bit_hash_that_is_no_number_matches_nothing_and_the_rest_is_answered(
    library: CommandInProcess, tmp_path: Path, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL holds nothing but numbers there")
    for number in range(1, 4):
        add(library, write(tmp_path / f"{number}.png", encoded(photo(number, (96, 72)), "PNG")))
    execute("UPDATE image_phash SET value = x'00ff' WHERE entity_id = 2")
    execute("UPDATE image_dhash SET value = 'many' WHERE entity_id = 2")
    assert found_by(library, tmp_path / "1.png", *WIDE) == {"3.png"}
    refused = library("find-similar-images", "2")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "cannot compare: entity 2" in refused.stderr
