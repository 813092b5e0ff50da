"""`dam-cli get`: gives the bytes back, verified, and never overwrites anything."""

import os
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, everything, md5, object_file, sha256, stored_files, write

DATA = bytes(range(256)) * 5000


@pytest.fixture
def kept(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library that holds one file of all bytes there are."""
    add(library, write(tmp_path / "in" / "all.bin", DATA))
    return library


def damage(digest: str) -> None:
    stored = object_file(digest)
    stored.chmod(0o644)
    with stored.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")


def test_a_file_gets_the_very_bytes_by_number_and_by_either_hash(
    kept: CommandInProcess, tmp_path: Path
) -> None:
    for number, asset in enumerate(("1", sha256(DATA), sha256(DATA).upper(), md5(DATA))):
        got = kept("get", asset, "-o", tmp_path / f"back-{number}")
        assert (got.exit_code, got.stdout, got.stderr) == (0, "", "")
        assert (tmp_path / f"back-{number}").read_bytes() == DATA


def test_without_a_file_they_go_to_stdout(kept: CommandInProcess, program: CommandProcess) -> None:
    assert os.fsencode(kept("get", "1").stdout) == DATA
    assert os.fsencode(program("get", "1").stdout) == DATA


def test_nothing_is_ever_overwritten(kept: CommandInProcess, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("mine", "dangling", "in"):
        refused = kept("get", "1", "-o", tmp_path / name)
        assert refused.exit_code == 2
        assert "nothing is ever overwritten" in refused.stderr
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_damage_is_exit_code_four_and_no_file_is_left(kept: CommandInProcess, tmp_path: Path) -> None:
    damage(sha256(DATA))
    (tmp_path / "out").mkdir()
    damaged = kept("get", "1", "-o", tmp_path / "out" / "back")
    assert damaged.exit_code == 4
    assert "damaged: entity 1 in the store" in damaged.stderr
    assert "add an intact copy" in damaged.stderr
    assert list((tmp_path / "out").iterdir()) == []
    assert kept("get", "1").exit_code == 4


def test_bytes_that_are_missing_from_the_store_are_damage_too(kept: CommandInProcess, tmp_path: Path) -> None:
    object_file(sha256(DATA)).unlink()
    missing = kept("get", "1", "-o", tmp_path / "back")
    assert missing.exit_code == 4
    assert "missing from the store" in missing.stderr
    assert not (tmp_path / "back").exists()


def test_what_is_not_there_is_not_found_and_what_is_no_name_is_a_usage_error(
    kept: CommandInProcess, tmp_path: Path
) -> None:
    for asset in ("2", "0" * 64, "0" * 32):
        assert kept("get", asset).exit_code == 1
    for name in ("all.bin", tmp_path / "in" / "all.bin", ""):
        refused = kept("get", name)
        assert refused.exit_code == 2
        assert "neither a number, a SHA-256 nor an MD5" in refused.stderr


def test_a_file_that_cannot_be_made_is_a_usage_error(kept: CommandInProcess, tmp_path: Path) -> None:
    refused = kept("get", "1", "-o", tmp_path / "no" / "such" / "folder")
    assert refused.exit_code == 2
    assert "no such file or directory" in refused.stderr


def test_a_file_may_have_any_name(kept: CommandInProcess, tmp_path: Path) -> None:
    for name in (b"-\n\xff", b"n" * 255):
        path = os.fsencode(tmp_path) + b"/" + name
        assert kept("get", "1", "-o", path).exit_code == 0
        assert Path(os.fsdecode(path)).read_bytes() == DATA


def test_an_empty_file_comes_back_empty(library: CommandInProcess, tmp_path: Path) -> None:
    add(library, write(tmp_path / "empty", b""))
    assert library("get", "1", "-o", tmp_path / "back").exit_code == 0
    assert (tmp_path / "back").read_bytes() == b""


def test_a_preview_is_given_and_made_again_when_it_was_lost(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    digest = sha256((media / "lake.jpg").read_bytes())
    assert filled("get", digest, "--preview", "-o", tmp_path / "one").exit_code == 0
    assert 0 < (tmp_path / "one").stat().st_size < 100_000
    derived = [path for path in stored_files() if path.startswith("derived")]
    assert len(derived) == 3
    for path in derived:
        (tmp_path / "store" / path).unlink()
    assert filled("get", digest, "--preview", "-o", tmp_path / "two").exit_code == 0
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()


def test_what_has_no_preview_says_so(filled: CommandInProcess, media: Path) -> None:
    none = filled("get", sha256((media / "notes.txt").read_bytes()), "--preview")
    assert (none.exit_code, none.stdout) == (1, "")
    assert "no preview" in none.stderr


def test_nothing_is_written_to_the_library(kept: CommandInProcess, tmp_path: Path) -> None:
    before = everything()
    kept("get", "1", "-o", tmp_path / "back")
    assert everything() == before
