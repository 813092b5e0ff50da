"""`dam-cli show`: everything known about one asset, and what came of every system."""

import os
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import add, md5, sha256, show, write


def test_an_asset_is_found_by_number_by_either_hash_and_by_path(
    filled: CommandInProcess, media: Path
) -> None:
    data = (media / "lake.jpg").read_bytes()
    by_path = show(filled, media / "lake.jpg")
    assert by_path["sha256"] == sha256(data)
    for name in (
        by_path["entity"],
        sha256(data),
        sha256(data).upper(),
        md5(data),
        os.path.relpath(media / "lake.jpg"),
    ):
        assert show(filled, name) == by_path


def test_a_path_may_be_of_a_file_elsewhere_whose_content_is_known(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "copy.jpg", (media / "lake.jpg").read_bytes())
    assert show(filled, copy) == show(filled, media / "lake.jpg")


def test_a_path_may_be_of_a_file_that_is_gone_since(filled: CommandInProcess, media: Path) -> None:
    before = show(filled, media / "notes.txt")
    (media / "notes.txt").unlink()
    assert show(filled, media / "notes.txt") == before


def test_digits_are_an_entity_and_a_dot_and_a_slash_make_them_a_path(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "first.txt", b"first"))
    add(library, write(tmp_path / "1", b"second"))
    assert show(library, "1")["sha256"] == sha256(b"first")
    assert show(library, "./1")["sha256"] == sha256(b"second")


@pytest.mark.parametrize("length", [64, 32])
def test_decimal_digits_of_a_hashs_length_are_a_hash(
    library: CommandInProcess, tmp_path: Path, length: int
) -> None:
    add(library, write(tmp_path / ("1" * length), b"a name like a hash"))
    assert library("show", "1" * length).exit_code == 1
    assert show(library, "./" + "1" * length)["entity"] == 1


def test_what_is_not_there_is_not_found(library: CommandInProcess, tmp_path: Path) -> None:
    stranger = write(tmp_path / "stranger", b"never added")
    for name in ("1", "0", "0" * 64, "0" * 32, stranger, "missing", str(2**70), "9" * 5000, "٣"):
        missing = library("show", name)
        assert (missing.exit_code, missing.stdout) == (1, "")
        assert "not found" in missing.stderr


def test_json_has_every_component_by_the_name_that_people_search_by(
    filled: CommandInProcess, media: Path
) -> None:
    asset = show(filled, media / "lake.jpg")
    assert isinstance(asset["entity"], int)
    components = asset["components"]
    assert set(components) == {
        "ContentHashMD5",
        "ContentHashSHA256",
        "Dimensions",
        "FileExtension",
        "FileLocation",
        "FileProperties",
        "Image",
        "ImageAHash",
        "ImageColours",
        "ImageDHash",
        "ImagePDQ",
        "ImagePHash",
        "Preview",
        "StoredCopy",
    }
    assert all(isinstance(rows, list) and rows for rows in components.values())
    data = (media / "lake.jpg").read_bytes()
    assert components["ContentHashSHA256"] == [{"digest": sha256(data)}]
    assert components["ContentHashMD5"] == [{"digest": md5(data)}]
    assert components["Image"] == [{"media_type": "image/jpeg"}]
    (dimensions,) = components["Dimensions"]
    assert (dimensions["width"], dimensions["height"]) == (320, 240)
    (properties,) = components["FileProperties"]
    assert properties == {"size": len(data), "original_name": "lake.jpg"}
    (place,) = components["FileLocation"]
    assert place["path"] == str(media / "lake.jpg")
    assert place["state"] == "present"
    assert place["closed_at"] is None


def test_hashes_are_hex(filled: CommandInProcess, media: Path) -> None:
    components = show(filled, media / "lake.jpg")["components"]
    for name, digits in (("ImagePHash", 16), ("ImageAHash", 16), ("ImageDHash", 16), ("ImagePDQ", 64)):
        (row,) = components[name]
        assert len(row["value"]) == digits
        assert int(row["value"], 16) > 0
    assert 0 <= components["ImagePDQ"][0]["quality"] <= 100


def test_json_has_the_ledger_with_version_outcome_and_error(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "half.png", (media / "hill.png").read_bytes()[:2000]))
    runs = {run["system"]: run for run in show(library, 1)["runs"]}
    assert all(set(run) == {"system", "version", "outcome", "error"} for run in runs.values())
    assert (runs["kind.recognise"]["outcome"], runs["kind.recognise"]["error"]) == ("done", None)
    failed = runs["image.hash_perceptually"]
    assert (failed["outcome"], failed["version"]) == ("failed", 2)
    assert "truncated" in failed["error"]


def test_people_see_the_same_with_the_reasons(library: CommandInProcess, media: Path, tmp_path: Path) -> None:
    add(library, media / "lake.jpg", write(tmp_path / "half.png", (media / "hill.png").read_bytes()[:2000]))
    good = library("show", media / "lake.jpg").stdout
    assert "  Dimensions  width=320  height=240" in good
    assert "  image.hash_perceptually  done\n" in good
    assert "  image.hash_perceptually  failed: truncated" in library("show", tmp_path / "half.png").stdout


def test_everything_at_once_or_nothing_at_all_is_a_usage_error(library: CommandInProcess) -> None:
    assert library("show").exit_code == 2
    assert library("show", "1", "2").exit_code == 2
