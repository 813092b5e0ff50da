"""`dam-cli unrelate` and `dam-cli relations`: what was decided can be listed and taken back."""

from pathlib import Path

import pytest
from sqlalchemy import delete

from dam.core.component import Entity
from dam.core.config import load_settings
from dam.core.database import Database
from tests.command_line import CommandInProcess
from tests.commands.facts import everything


def numbers(library: CommandInProcess, *arguments: str) -> list[int]:
    return [one["relation"] for one in library("relations", "--json", *arguments).json]


def test_two_assets_lose_the_relations_that_hold_both(folder: Path, library: CommandInProcess) -> None:
    library("relate", "alternate-of", "1", "2", "3")
    library("relate", "not-a-duplicate", "1", "2")
    library("relate", "not-a-duplicate", "1", "4")
    withdrawn = library("unrelate", folder / "b", "1")
    assert withdrawn.exit_code == 0
    assert withdrawn.stdout.count("withdrawn  relation ") == 2
    assert numbers(library) == [3]


def test_relations_are_withdrawn_by_number(folder: Path, library: CommandInProcess) -> None:
    for other in ("2", "3", "4"):
        library("relate", "duplicate-of", "1", other)
    withdrawn = library("unrelate", "--id", "3", "1", "--json")
    assert withdrawn.exit_code == 0
    assert [(one["status"], one["relation"]) for one in withdrawn.json] == [
        ("withdrawn", 3),
        ("withdrawn", 1),
    ]
    assert all(one["withdrawn_at"] >= one["made_at"] for one in withdrawn.json)
    assert numbers(library) == [2]


def test_what_is_withdrawn_stays_on_record_and_can_be_said_anew(
    folder: Path, library: CommandInProcess
) -> None:
    library("relate", "duplicate-of", "1", "2", "--note", "first thought")
    library("unrelate", "1", "2")
    (relation,) = library("relate", "duplicate-of", "1", "2", "--json").json
    assert (relation["status"], relation["relation"]) == ("related", 2)
    assert numbers(library) == [2]
    old, new = library("relations", "--withdrawn", "--json").json
    assert (old["status"], old["note"], new["status"]) == ("withdrawn", "first thought", "open")
    assert old["withdrawn_at"] is not None


def test_where_nothing_is_to_be_withdrawn_nothing_is_found(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "2")
    library("unrelate", "--id", "1")
    before = everything()
    for arguments in (["1", "2"], ["2", "3"], ["--id", "1"], ["--id", "7", "8"], ["--id", "9" * 18]):
        nothing = library("unrelate", *arguments)
        assert (nothing.exit_code, nothing.stdout) == (1, ""), arguments
    assert nothing.stderr == f"not open: relation {'9' * 18}: there is none, or it was withdrawn\n"
    assert everything() == before


def test_a_number_that_is_not_open_does_not_keep_the_others(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "2")
    partly = library("unrelate", "--id", "5", "1", "1")
    assert partly.exit_code == 3
    assert "relation 1" in partly.stdout
    assert partly.stderr == "not open: relation 5: there is none, or it was withdrawn\n"


def test_duplicates_through_others_are_explained(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "2")
    library("relate", "duplicate-of", "2", "3")
    refused = library("unrelate", "1", "3")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "dam-cli: not related: 1 and 3: no open relation holds them all\n"
        "hint: they are duplicates through others: relations 1 and 2\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [(), ("1",), ("1", "./files/a"), ("--id",), ("--id", "x"), ("--id", "-1"), ("--id", "9" * 30)],
)
def test_too_little_to_go_by_is_a_usage_error(
    folder: Path, library: CommandInProcess, arguments: tuple[str, ...]
) -> None:
    library("relate", "duplicate-of", "1", "2")
    assert library("unrelate", *arguments).exit_code == 2
    assert numbers(library) == [1]


def test_relations_are_listed_all_or_of_one_asset(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "2")
    library("relate", "not-a-duplicate", "3", "4")
    assert numbers(library) == [1, 2]
    assert numbers(library, "./files/b") == [1]
    library("unrelate", "--id", "1")
    assert numbers(library, "2", "--withdrawn") == [1]
    for arguments in (["2"], ["99"]):
        assert library("relations", *arguments).exit_code == 1
    assert library("relations").stdout.startswith("open       relation 2  not-a-duplicate  20")


def test_a_limit_lists_the_first_relations_and_says_that_there_are_more(
    folder: Path, library: CommandInProcess
) -> None:
    for other in ("2", "3"):
        library("relate", "not-a-duplicate", "1", other)
    for limit, listed_ones, said in (
        ("1", [1], "more beyond the limit\n"),
        ("2", [1, 2], ""),
        ("3", [1, 2], ""),
    ):
        listed = library("relations", "--json", "--limit", limit)
        assert [one["relation"] for one in listed.json] == listed_ones
        assert (listed.exit_code, listed.stderr) == (0, said)


def test_a_library_without_relations_has_none_to_list(library: CommandInProcess) -> None:
    none = library("relations")
    assert (none.exit_code, none.stdout, none.stderr) == (1, "", "no relations\n")


def test_what_is_left_of_a_relation_when_an_asset_is_gone(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "2", "3")
    library("relate", "not-a-duplicate", "1", "4")
    settings = load_settings()
    database = Database(settings.database_url)
    with database.write() as session:
        session.execute(delete(Entity).where(Entity.id == 1))
    database.close()
    (left,) = library("relations", "--json").json
    assert (left["relation"], left["target"], left["members"]) == (1, None, [2, 3])
    assert library("unrelate", "--id", "2").exit_code == 1, "of one asset alone it says nothing"
    assert library("relate", "not-a-duplicate", "2", "3").exit_code == 2
