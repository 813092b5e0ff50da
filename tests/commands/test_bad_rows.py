"""Rows that something wrote past the checks: the rest is answered, or it is said that there is damage."""

from pathlib import Path

import pytest

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, write
from tests.commands.rows import execute

WRONG = ("'many'", "x'ff00'", "7.5")


@pytest.fixture
def lakes(library: CommandInProcess, tmp_path: Path, database_kind: str) -> CommandInProcess:
    """A library with the same pixels twice, two pictures near them, another one, and two relations."""
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL holds nothing else there")
    lake = photo(1)
    for name, data in (
        ("lake.png", encoded(lake, "PNG")), ("lake.bmp", encoded(lake, "BMP")),
        ("small.jpg", encoded(lake.resize((160, 120)))), ("coarse.jpg", encoded(lake, quality=50)),
        ("hill.png", encoded(photo(2), "PNG")),
    ):  # fmt: skip
        add(library, write(tmp_path / name, data))
    assert library("find-duplicates").exit_code == 0
    assert library("relate", "alternate-of", "3", "5", "--note", "by hand").exit_code == 0
    assert library("relate", "not-a-duplicate", "4", "5").exit_code == 0
    return library


def damage(statement: str) -> None:
    execute("PRAGMA ignore_check_constraints = 1", statement)


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("column", ["kind", "target_id", "made_at", "withdrawn_at"])
def test_a_relation_that_cannot_be_read_is_left_out_with_a_warning(
    lakes: CommandInProcess, column: str, value: str
) -> None:
    damage(f"UPDATE relation SET {column} = {value} WHERE id = 1")
    is_open = column != "withdrawn_at"
    for arguments in (["--json"], ["--json", "--withdrawn"]):
        listed = lakes("relations", *arguments)
        assert listed.exit_code == 0
        assert [one["relation"] for one in listed.json] == [2]
        if is_open:
            assert "damaged relation: 1: it is not shown\n" in listed.stderr
    assert lakes("relations").exit_code == 0
    assert lakes("show", "3").exit_code == 0
    assert lakes("find-duplicates").exit_code == 0
    # What it said can be said anew.
    assert lakes("relate", "alternate-of", "3", "5").exit_code == 0
    assert lakes("relate", "duplicate-of", "1", "2").exit_code == 0


@pytest.mark.parametrize(
    "evidence",
    ["'no json'", "x'ff00'", "7.5", "'[1]'", "'{\"note\": 7}'", "'{\"distances\": [1]}'",
     "'{\"distances\": {\"3\": 4}}'", "'{\"distances\": {\"3\": {\"pdq\": \"4\"}}}'",
     "'{\"orientations\": {\"3\": 90}}'", "'{\"best\": \"3\"}'", "'{\"class\": 1}'"],
)  # fmt: skip
def test_evidence_that_cannot_be_read_costs_just_the_evidence(lakes: CommandInProcess, evidence: str) -> None:
    damage(f"UPDATE relation SET evidence = {evidence} WHERE id = 1")
    told = lakes("relations", "--json")
    assert [(one["relation"], one["note"], one["distances"]) for one in told.json] == [
        (1, None, {}),
        (2, None, {}),
    ]
    assert "damaged evidence of a relation: not shown\n" in told.stderr
    assert lakes("relations").stdout.startswith("open       relation 1  alternate-of  ")


@pytest.mark.parametrize("value", WRONG)
def test_a_member_that_is_no_entity_is_none(lakes: CommandInProcess, value: str) -> None:
    damage(f"UPDATE relation_member SET entity_id = {value} WHERE relation_id = 1 AND entity_id = 5")
    for arguments in (["relations"], ["relations", "--json"], ["find-duplicates"]):
        told = lakes(*arguments)
        assert told.exit_code == 0
        assert "damaged relation: 1: a member of it is no entity\n" in told.stderr


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(
    ("column", "left"),
    [
        ("dimensions.width", ["pixel-identical", "near"]),
        ("dimensions.height", ["pixel-identical", "near"]),
        ("image_pixel_hash.digest", ["near"]),
        ("image_ahash.value", ["pixel-identical", "near"]),
        ("image_dhash.value", ["near"]),
        ("image_phash.value", ["near"]),
        ("image_pdq.value", ["near"]),
        ("image_pdq.quality", ["pixel-identical", "near"]),
    ],
)
def test_a_fingerprint_that_is_none_costs_at_most_its_picture(
    lakes: CommandInProcess, column: str, left: list[str], value: str
) -> None:
    table, _, name = column.partition(".")
    damage(f"UPDATE {table} SET {name} = {value} WHERE entity_id = 2")
    found = lakes("find-duplicates", "--json")
    assert found.exit_code in (0, 3), found.stderr
    classes = [group["class"] for group in found.json if "class" in group]
    assert set(left) & set(classes)
    assert "near" in classes
    for arguments in (["1"], ["1", "--pdq-threshold", "80"], ["2"]):
        assert lakes("find-similar-images", *arguments).exit_code in (0, 2)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(
            (f"file_location.{name}", value)
            for name in ("first_seen", "closed_at", "inode")
            for value in WRONG[:2]
        ),
        *((f"file_location.{name}", "'many'") for name in ("name", "state")),
        *((f"file_properties.{name}", "x'ff00'") for name in ("size",)),
        ("file_properties.original_name", "'many'"),
        ("image.media_type", "x'ff00'"),
    ],
)
@pytest.mark.parametrize("command", ["find-duplicates", "find-duplicates --json", "relations"])
def test_an_asset_that_cannot_be_told_is_damage(
    lakes: CommandInProcess, column: str, value: str, command: str
) -> None:
    table, _, name = column.partition(".")
    damage(f"UPDATE {table} SET {name} = {value} WHERE entity_id = 3")
    told = lakes(*command.split())
    assert told.exit_code == 4, told.stderr
    assert "damaged row: " in told.stderr


@pytest.mark.parametrize(
    ("column", "value"),
    [("shingles", "0"), ("shingles", "-5"), ("shingles", "'many'"), ("value", f"'{'x' * 512}'")],
)
def test_a_fingerprint_of_a_document_that_is_none_is_damage(
    library: CommandInProcess, database_kind: str, tmp_path: Path, column: str, value: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL holds nothing else there")
    text = " ".join(f"word{number}" for number in range(200))
    for name in ("a.txt", "b.txt"):
        add(library, write(tmp_path / name, f"{text} {name}".encode()))
    damage(f"UPDATE document_fingerprint SET {column} = {value} WHERE entity_id = 1")
    told = library("find-duplicates")
    assert told.exit_code == 4, told.stderr
    assert "damaged row: " in told.stderr
