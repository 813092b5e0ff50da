"""`dam-cli find-file-by-hash`: by SHA-256 or MD5, given in hex or as a file."""

from pathlib import Path

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, md5, paths_of, sha256, write

# The collision of Wang, Feng, Lai and Yu (2004): two blocks that differ in six bits, one MD5.
ONE = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
    "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
    "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
OTHER = bytes(byte ^ (0x80 if place in (19, 45, 59, 83, 109, 123) else 0) for place, byte in enumerate(ONE))
MEANINGLESS: tuple[tuple[list[str], str], ...] = (
    (["abc"], "a sha256 has 64 hex digits, not 3"),
    ([""], "a sha256 has 64 hex digits, not 0"),
    (["0" * 32], "a sha256 has 64 hex digits, not 32"),
    (["0" * 64, "--hash-type", "md5"], "a md5 has 32 hex digits, not 64"),
    (["g" * 64], "64 hex digits"),
    (["0 " * 32], "64 hex digits"),
    (["\N{ARABIC-INDIC DIGIT THREE}" * 64], "64 hex digits"),
    (["g" * 32, "--hash-type", "md5"], "32 hex digits"),
    (["0" * 40, "--hash-type", "sha1"], "sha1"),
    ([], "neither a hash nor a file"),
    (["-f", "no-such-file"], "no such file or directory"),
    (["-f", "."], "is a folder"),
)


def test_people_see_the_entity_its_size_its_type_its_places_and_whether_it_is_stored(
    filled: CommandInProcess, media: Path
) -> None:
    data = (media / "lake.jpg").read_bytes()
    found = filled("find-file-by-hash", sha256(data))
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].startswith("entity ")
    assert lines[1:] == [
        f"  sha256  {sha256(data)}",
        f"  md5     {md5(data)}",
        f"  size    {len(data)}",
        "  type    image/jpeg",
        "  stored  yes",
        f"  path    {media / 'lake.jpg'}",
    ]


def test_programs_see_the_same_in_json(filled: CommandInProcess, media: Path) -> None:
    data = (media / "notes.txt").read_bytes()
    (found,) = filled("find-file-by-hash", "--json", sha256(data)).json
    assert (found["sha256"], found["md5"], found["size"]) == (sha256(data), md5(data), len(data))
    assert found["media_type"] == "text/plain"
    assert found["in_store"] is True
    assert isinstance(found["entity"], int)
    (place,) = found["locations"]
    assert (place["path"], place["storage"]) == (str(media / "notes.txt"), "file")


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_hex_of_either_case_will_do(filled: CommandInProcess, media: Path, change: object) -> None:
    assert callable(change)
    data = (media / "lake.jpg").read_bytes()
    assert filled("find-file-by-hash", change(sha256(data))).exit_code == 0
    assert filled("find-file-by-hash", change(md5(data)), "--hash-type", "md5").exit_code == 0


def test_a_file_alone_is_enough_and_need_not_be_the_one_in_the_library(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "copy", (media / "hill.png").read_bytes())
    for option in ("-f", "--file"):
        for kind in ("sha256", "md5"):
            (found,) = filled("find-file-by-hash", option, copy, "--hash-type", kind, "--json").json
            assert paths_of(found) == {str(media / "hill.png")}


def test_a_file_may_be_asked_for_through_a_link(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(media / "hill.png")
    assert filled("find-file-by-hash", "-f", tmp_path / "link").exit_code == 0


def test_hash_and_file_together_have_to_agree(filled: CommandInProcess, media: Path) -> None:
    lake, hill = media / "lake.jpg", media / "hill.png"
    digest = sha256(lake.read_bytes())
    assert filled("find-file-by-hash", digest.upper(), "-f", lake).exit_code == 0
    refused = filled("find-file-by-hash", digest, "-f", hill)
    assert refused.exit_code == 2
    assert "hash and file disagree" in refused.stderr
    assert sha256(hill.read_bytes()) in refused.stderr
    assert refused.stdout == ""


def test_what_the_library_lacks_is_not_found(filled: CommandInProcess, tmp_path: Path) -> None:
    for arguments in (["0" * 64], ["0" * 32, "--hash-type", "md5"], ["-f", write(tmp_path / "new", b"new")]):
        missing = filled("find-file-by-hash", *arguments)
        assert missing.exit_code == 1
        assert missing.stdout == ""
        assert "not found" in missing.stderr
    assert filled("find-file-by-hash", "--json", "0" * 64).json == []


def test_a_question_that_makes_no_sense_is_a_usage_error(library: CommandInProcess) -> None:
    for arguments, expected in MEANINGLESS:
        refused = library("find-file-by-hash", *arguments)
        assert (refused.exit_code, refused.stdout) == (2, ""), arguments
        assert expected in refused.stderr


def test_an_md5_that_two_contents_share_finds_both(library: CommandInProcess, tmp_path: Path) -> None:
    assert ONE != OTHER
    assert md5(ONE) == md5(OTHER)
    add(library, write(tmp_path / "one", ONE), write(tmp_path / "other", OTHER))
    found = library("find-file-by-hash", "--json", "--hash-type", "md5", md5(ONE)).json
    assert {answer["sha256"] for answer in found} == {sha256(ONE), sha256(OTHER)}
    assert len(library("show", "--json", md5(ONE)).json) == 2
    refused = library("get", md5(ONE))
    assert refused.exit_code == 2
    assert "ambiguous" in refused.stderr


def test_nothing_is_written(filled: CommandInProcess, media: Path) -> None:
    before = everything()
    filled("find-file-by-hash", "-f", media / "lake.jpg")
    filled("find-file-by-hash", "0" * 64)
    assert everything() == before
