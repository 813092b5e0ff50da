"""Which pictures are compared with others: `find-similar-images` and `find-duplicates` have one rule."""

from pathlib import Path

import pytest

from dam.models.image.samples import broken, encoded, photo
from tests.command_line import CommandInProcess, Result
from tests.commands.duplicate_groups import answer, groups, name_of
from tests.commands.facts import add, write
from tests.commands.rows import execute

SYSTEMS = ("image.hash_perceptually", "image.hash_pdq")
WIDE = ("--phash-threshold", "64", "--ahash-threshold", "64", "--dhash-threshold", "64")


@pytest.fixture
def lakes(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with one lake in four qualities, of the entities 1 to 4."""
    for quality in (90, 80, 70, 60):
        add(library, write(tmp_path / f"{quality}.jpg", encoded(photo(1), quality=quality)))
    return library


def entries(system: str, entity: int) -> str:
    return f"entity_id = {entity} AND system_id = (SELECT id FROM system WHERE name = '{system}')"


def similar(library: CommandInProcess, *options: str) -> tuple[set[str], Result]:
    """Return what resembles entity 1, and all that was said."""
    found = library("find-similar-images", "--json", "1", *options)
    return {name_of(one) for one in found.json}, found


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_hash_of_which_the_ledger_says_nothing_is_compared_by_both(
    lakes: CommandInProcess, system: str
) -> None:
    execute(f"DELETE FROM ledger WHERE {entries(system, 2)}")
    found, result = similar(lakes, "--pdq-threshold", "80")
    assert (found, result.stderr) == ({"80.jpg", "70.jpg", "60.jpg"}, "")
    assert {one["distances"]["pdq"] is None for one in result.json} == {False}
    ((_, names),) = groups(lakes)
    assert set(names) == {"90.jpg", *found}
    assert answer(lakes)[1]["incomparable"] == 0


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_hash_of_which_the_ledger_says_that_it_is_outdated_is_compared_by_neither(
    lakes: CommandInProcess, version: int
) -> None:
    execute(f"UPDATE ledger SET version = {version} WHERE {entries(SYSTEMS[0], 2)}")
    found, result = similar(lakes)
    assert found == {"70.jpg", "60.jpg"}
    assert "1 image has no current hashes yet and was not compared: see dam-cli status" in result.stderr
    ((_, names),) = groups(lakes)
    assert set(names) == {"90.jpg", *found}
    assert "1 image has no current hashes yet and was not compared: see dam-cli status" in said(lakes)


@pytest.mark.parametrize("table", ["image_phash", "image_dhash", "image_ahash"])
def test_what_lacks_one_of_the_hashes_is_never_left_out_without_a_word(
    lakes: CommandInProcess, table: str
) -> None:
    execute(f"DELETE FROM {table} WHERE entity_id = 2")
    found, result = similar(lakes, *WIDE)
    assert found == {"70.jpg", "60.jpg"}
    assert "1 image has no current hashes yet" in result.stderr


def test_pictures_without_a_current_pdq_are_counted_where_pdq_is_asked_for(lakes: CommandInProcess) -> None:
    for entity in (2, 3, 4):
        execute(f"UPDATE ledger SET version = 0 WHERE {entries(SYSTEMS[1], entity)}")
    found, result = similar(lakes, "--pdq-threshold", "256")
    assert found == {"80.jpg", "70.jpg", "60.jpg"}
    assert result.stderr == (
        "3 images have no current PDQ yet and were not compared by it: see dam-cli status\n"
    )
    assert similar(lakes)[1].stderr == ""
    assert "3 images have no current hashes yet and were not compared: see dam-cli status" in said(lakes)
    lakes("run")
    assert similar(lakes, "--pdq-threshold", "256")[1].stderr == ""


def test_what_cannot_be_decoded_is_said_by_both_in_the_same_words(
    lakes: CommandInProcess, tmp_path: Path
) -> None:
    for name in ("half.png", "head-only.png"):
        add(lakes, write(tmp_path / name, broken()[name]))
    words = "2 images cannot be decoded and were not compared: see dam-cli status --failed\n"
    for options in ((), ("--pdq-threshold", "80")):
        assert similar(lakes, *options)[1].stderr == words
    assert words in said(lakes)


def test_why_pictures_are_not_compared_is_counted_for_each_reason(
    lakes: CommandInProcess, tmp_path: Path
) -> None:
    add(lakes, write(tmp_path / "half.png", broken()["half.png"]))
    add(lakes, write(tmp_path / "tiny.png", encoded(photo(2).resize((31, 24)), "PNG")))
    add(lakes, write(tmp_path / "small.png", encoded(photo(3).resize((24, 31)), "PNG")))
    # What fails and is outdated is to be tried again, so that it is not hashed yet.
    add(lakes, write(tmp_path / "scrambled.png", broken()["scrambled.png"]))
    for system in SYSTEMS:
        execute(f"UPDATE ledger SET version = 0 WHERE {entries(system, 8)}")
        execute(f"UPDATE ledger SET version = 0 WHERE {entries(system, 3)}")
    _, summary, result = answer(lakes)
    counts = {name: summary[name] for name in ("incomparable", "plain", "unhashed", "undecodable")}
    assert counts == {"incomparable": 5, "plain": 2, "unhashed": 2, "undecodable": 1}
    assert result.stderr.splitlines()[1:4] == [
        "2 images are too small or too plain and were not compared",
        "2 images have no current hashes yet and were not compared: see dam-cli status",
        "1 image cannot be decoded and was not compared: see dam-cli status --failed",
    ]
    assert result.stderr.splitlines()[2:4] == similar(lakes)[1].stderr.splitlines()


def said(library: CommandInProcess) -> str:
    return library("find-duplicates").stderr
