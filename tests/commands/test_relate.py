"""`dam-cli relate`: what people decide about assets is remembered, and says nothing else."""

from pathlib import Path

import pytest

from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, everything, md5, show, write


@pytest.mark.parametrize("kind", ["duplicate-of", "alternate-of"])
def test_the_first_asset_is_the_target_of_the_others(
    folder: Path, library: CommandInProcess, kind: str
) -> None:
    related = library("relate", kind, folder / "b", folder / "a", "3", "--note", "looked at both", "--json")
    assert related.exit_code == 0, related.stderr
    (relation,) = related.json
    assert relation["status"] == "related"
    assert (relation["kind"], relation["target"], relation["members"]) == (kind, 2, [1, 2, 3])
    assert relation["note"] == "looked at both"
    assert relation["withdrawn_at"] is None


def test_what_is_no_duplicate_has_no_target(folder: Path, library: CommandInProcess) -> None:
    (relation,) = library("relate", "not-a-duplicate", "2", "1", "--json").json
    assert (relation["target"], relation["members"]) == (None, [1, 2])


def test_people_see_what_was_related_by_name(folder: Path, library: CommandInProcess) -> None:
    related = library("relate", "duplicate-of", folder / "b", folder / "a", "--note", "same\nday")
    head, target, other = related.stdout.splitlines()
    assert head.startswith("related    relation 1  duplicate-of  20")
    assert head.endswith(r"UTC  same\x0aday")
    assert target.endswith(f"{folder / 'b'}  (target)")
    assert other.endswith(f"{folder / 'a'}")
    assert related.stderr == ""


@pytest.mark.parametrize("kind", ["duplicate-of", "alternate-of", "not-a-duplicate"])
@pytest.mark.parametrize("again", [("1", "2", "3"), ("1", "3"), ("1", "3", "2")])
def test_saying_it_again_says_so_and_changes_nothing(
    folder: Path, library: CommandInProcess, kind: str, again: tuple[str, ...]
) -> None:
    assert library("relate", kind, "1", "2", "3", "--note", "first").exit_code == 0
    before = everything()
    repeated = library("relate", kind, *again, "--note", "second", "--json")
    assert repeated.exit_code == 0
    (relation,) = repeated.json
    assert (relation["status"], relation["relation"], relation["note"]) == ("already", 1, "first")
    assert everything() == before


@pytest.mark.parametrize("again", [("2", "1"), ("1", "2", "3")])
def test_another_target_or_more_members_are_something_new(
    folder: Path, library: CommandInProcess, again: tuple[str, ...]
) -> None:
    library("relate", "duplicate-of", "1", "2")
    (relation,) = library("relate", "duplicate-of", *again, "--json").json
    assert (relation["status"], relation["relation"]) == ("related", 2)


def test_only_the_relation_is_written(folder: Path, library: CommandInProcess) -> None:
    rows, files = everything()
    library("relate", "duplicate-of", "1", "2", "3")
    rows_after, files_after = everything()
    assert files_after == files
    changed = {table for table in rows if rows[table] != rows_after[table]}
    assert changed - {"sqlite_sequence"} == {"relation", "relation_member"}
    assert (len(rows_after["relation"]), len(rows_after["relation_member"])) == (1, 3)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("duplicate-of", "not-a-duplicate"),
        ("not-a-duplicate", "duplicate-of"),
        ("duplicate-of", "alternate-of"),
        ("alternate-of", "duplicate-of"),
    ],
)
def test_a_contradiction_is_refused_until_the_older_one_is_withdrawn(
    folder: Path, library: CommandInProcess, before: str, after: str
) -> None:
    library("relate", before, "1", "2", "3")
    state = everything()
    refused = library("relate", after, "1", "2")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"dam-cli: cannot relate: 1 and 2: relation 1 says {before}\n"
        "hint: withdraw it first: dam-cli unrelate --id 1\n"
    )
    assert everything() == state
    assert library("unrelate", "--id", "1").exit_code == 0
    assert library("relate", after, "1", "2").exit_code == 0


def test_what_follows_from_duplicates_of_duplicates_is_not_contradicted_either(
    folder: Path, library: CommandInProcess
) -> None:
    library("relate", "duplicate-of", "1", "2")
    library("relate", "duplicate-of", "2", "3")
    refused = library("relate", "not-a-duplicate", "1", "3", "4")
    assert refused.exit_code == 2
    assert "cannot relate: 1 and 3: relations 1 and 2 say duplicate-of" in refused.stderr
    assert "withdraw one of them first: dam-cli unrelate --id 1" in refused.stderr
    library("relate", "not-a-duplicate", "3", "4")
    refused = library("relate", "duplicate-of", "4", "1")
    assert refused.exit_code == 2
    assert "cannot relate: 3 and 4: relation 3 says not-a-duplicate" in refused.stderr


def test_two_alternates_of_one_asset_may_be_duplicates_and_need_not_be(
    folder: Path, library: CommandInProcess
) -> None:
    library("relate", "alternate-of", "1", "2", "3", "4")
    assert library("relate", "duplicate-of", "2", "3").exit_code == 0
    assert library("relate", "not-a-duplicate", "1", "2", "4").exit_code == 0


def test_a_dry_run_says_what_would_be_recorded_and_writes_nothing(
    folder: Path, library: CommandInProcess
) -> None:
    before = everything()
    (relation,) = library("relate", "duplicate-of", "1", "2", "-n", "--json").json
    assert (relation["status"], relation["relation"]) == ("possible", None)
    assert everything() == before
    library("relate", "duplicate-of", "1", "2")
    assert library("relate", "duplicate-of", "1", "2", "--dry-run", "--json").json[0]["status"] == "already"
    assert library("relate", "not-a-duplicate", "1", "2", "--dry-run").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("duplicate-of",),
        ("duplicate-of", "1"),
        ("duplicate-of", "1", "1"),
        ("not-a-duplicate", "1", "./files/a"),
        ("same-as", "1", "2"),
        ("duplicate-of", "1", "2", "--from-file", "-"),
    ],
)
def test_fewer_than_two_assets_or_an_unknown_kind_is_a_usage_error(
    folder: Path, library: CommandInProcess, arguments: tuple[str, ...]
) -> None:
    refused = library("relate", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert library("relations").exit_code == 1


@pytest.mark.parametrize("stranger", ["99", "0" * 64, "0" * 32, "nowhere", "9" * 30])
def test_an_asset_that_is_not_there_is_not_found(
    folder: Path, library: CommandInProcess, stranger: str
) -> None:
    missing = library("relate", "duplicate-of", "1", stranger)
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "not found" in missing.stderr


def test_assets_are_named_by_hash_number_or_path(folder: Path, library: CommandInProcess) -> None:
    (relation,) = library(
        "relate", "duplicate-of", "./files/a", md5(b"b" * 10), show(library, 3)["sha256"], "4", "--json"
    ).json
    assert relation["members"] == [1, 2, 3, 4]


def test_show_tells_an_assets_open_relations(folder: Path, library: CommandInProcess) -> None:
    assert "relations\n" not in library("show", "2").stdout
    library("relate", "alternate-of", "1", "2", "--note", "the raw file")
    library("relate", "not-a-duplicate", "2", "3")
    library("unrelate", "2", "3")
    (line,) = library("show", "2").stdout.partition("relations\n")[2].partition("systems\n")[0].splitlines()
    assert line.startswith("  relation 1  alternate-of  20")
    assert line.endswith("UTC: 1 (target), 2  the raw file")
    shown = show(library, 2)
    assert [(one["relation"], one["kind"]) for one in shown["relations"]] == [(1, "alternate-of")]
    assert shown["components"]["RelationMember"] == [{"relation_id": 1}, {"relation_id": 2}]
    assert show(library, 4)["relations"] == []


def test_assets_that_were_ever_judged_can_be_queried(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "3")
    judged = library("query", "--has", "RelationMember", "--json")
    assert [one["entity"] for one in judged.json] == [1, 3]
    assert [one["entity"] for one in library("query", "--lacks", "RelationMember", "--json").json] == [2, 4]


def test_content_that_is_found_again_keeps_its_relations(folder: Path, library: CommandInProcess) -> None:
    library("relate", "duplicate-of", "1", "2")
    (folder / "b").rename(folder / "elsewhere")
    library("scan")
    add(library, write(folder / "again", b"b" * 10))
    assert [one["relation"] for one in show(library, folder / "again")["relations"]] == [1]


def test_of_many_that_say_the_same_at_once_one_is_recorded(folder: Path, program: CommandProcess) -> None:
    started = [program.start("relate", "duplicate-of", "1", "2", "3", "--json") for _ in range(4)]
    results = [program.finish(process) for process in started]
    assert [result.exit_code for result in results] == [0] * 4, results
    assert sorted(result.json[0]["status"] for result in results) == ["already"] * 3 + ["related"]
    assert {result.json[0]["relation"] for result in results} == {1}


def test_of_two_that_contradict_each_other_at_once_one_is_recorded(
    folder: Path, program: CommandProcess
) -> None:
    program("relate", "duplicate-of", "2", "3")
    # Not about one pair: each would be right by itself.
    started = [
        program.start("relate", "duplicate-of", "1", "2"),
        program.start("relate", "not-a-duplicate", "1", "3"),
    ]
    results = [program.finish(process) for process in started]
    assert sorted(result.exit_code for result in results) == [0, 2], results
    assert len(program("relations", "--json").json) == 2
