"""`dam-cli relate --from-file`: groups as `find-duplicates --json` prints them, each one relation."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandInProcess, Result
from tests.commands.facts import everything

DISTANCES = {"pdq": 12, "phash": 2, "dhash": 0, "ahash": None}


def group(best: int, *others: int, **changes: Any) -> dict[str, Any]:
    members = [{"entity": other, "distances": DISTANCES, "orientation": "mirrored"} for other in others]
    return {"class": "near", "best": {"entity": best, "size": 3}, "members": members, **changes}


def relate(
    library: CommandInProcess, *lines: object, kind: str = "duplicate-of", also: str = "--json"
) -> Result:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return library("relate", kind, "--from-file", "-", also, stdin=text)


def test_each_group_is_a_relation_with_the_evidence(folder: Path, library: CommandInProcess) -> None:
    related = relate(library, group(2, 1, 3), "", group(4, 3, **{"class": "pixel-identical"}))
    assert related.exit_code == 0, related.stderr
    first, second = related.json
    assert (first["kind"], first["target"], first["members"]) == ("duplicate-of", 2, [1, 2, 3])
    assert (first["class"], first["best"]) == ("near", 2)
    assert first["distances"]["1"] == first["distances"]["3"] == {"pdq": 12, "phash": 2, "dhash": 0}
    assert first["orientations"] == {"1": "mirrored", "3": "mirrored"}
    assert (second["class"], second["members"]) == ("pixel-identical", [3, 4])
    assert related.stderr == "2 groups: 2 related, 0 already, 0 failed\n"
    assert [one["distances"] for one in library("relations", "--json").json] == [
        first["distances"],
        second["distances"],
    ]


def test_what_is_no_duplicate_keeps_which_one_the_others_were_compared_with(
    folder: Path, library: CommandInProcess
) -> None:
    (relation,) = relate(library, group(2, 1), kind="not-a-duplicate").json
    assert (relation["target"], relation["best"]) == (None, 2)
    shown = library("relations").stdout
    assert "(pdq 12, phash 2, dhash 0)" in shown
    assert "(target)" not in shown


def test_a_list_may_come_from_a_file_and_say_what_is_said(
    folder: Path, library: CommandInProcess, tmp_path: Path
) -> None:
    (tmp_path / "groups").write_text(json.dumps(group(1, 2)))
    for status in ("related", "already"):
        told = library("relate", "duplicate-of", "--from-file", "groups", "--note", "night run", "--json")
        assert told.exit_code == 0
        assert [(one["status"], one["note"]) for one in told.json] == [(status, "night run")]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_list_relates_nothing(folder: Path, library: CommandInProcess, text: str) -> None:
    before = everything()
    nothing = library("relate", "duplicate-of", "--from-file", "-", stdin=text)
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == "0 groups: 0 related, 0 already, 0 failed\n"
    assert everything() == before


def test_one_entity_at_several_places_is_nothing_to_relate(folder: Path, library: CommandInProcess) -> None:
    alone = relate(library, group(1, **{"class": "byte-identical"}), {"summary": {"groups": 1}})
    assert (alone.exit_code, alone.stdout) == (0, "")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("\udcff", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("7", "not an object"),
        ({}, "its best one or a member has no number as entity"),
        ({"best": {"entity": True}, "members": []}, "its best one or a member has no number as entity"),
        (group(1, 2, members=None), "it has no list of members"),
        (group(1, 2, members=[2]), "its best one or a member has no number as entity"),
        (group(1, 2, members=[{"entity": 2, "distances": {"pdq": "1"}}]), "a distance that is no number"),
        (group(1, 2, members=[{"entity": 2, "distances": [1]}]), "distances that are no object"),
        (group(1, 2, members=[{"entity": 2, "orientation": 90}]), "an orientation that is no text"),
        (group(1, 2, **{"class": 1}), "its class is no text"),
        (group(1), "at least two different assets are needed"),
        (group(1, 1), "at least two different assets are needed"),
        (group(1, 99), "99: the library has no such asset"),
        (group(1, -1), "-1: the library has no such asset"),
        (group(1, 2**70), "the library has no such asset"),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_nothing_of_it_is_written(
    folder: Path, library: CommandInProcess, line: object, why: str
) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    given = f"{json.dumps(group(3, 4))}\n\n{text}\n{json.dumps(group(1, 3))}\n"
    related = library(
        "relate", "duplicate-of", "--from-file", "-", "--json", stdin=given.encode("utf-8", "surrogateescape")
    )
    assert related.exit_code == 3
    assert [one["members"] for one in related.json] == [[3, 4], [1, 3]]
    (said, summary) = related.stderr.splitlines()
    assert said.startswith("dam-cli: line 3: ")
    assert why in said
    assert summary == "3 groups: 2 related, 0 already, 1 failed"
    assert len(library("relations", "--json").json) == 2


def test_a_group_that_contradicts_an_earlier_line_is_left_out(
    folder: Path, library: CommandInProcess
) -> None:
    library("relate", "not-a-duplicate", "1", "4")
    related = relate(library, group(1, 2), group(2, 3), group(3, 4))
    assert related.exit_code == 3
    assert [one["members"] for one in related.json] == [[1, 2], [2, 3]]
    assert "line 3: cannot relate: 1 and 4: relation 1 says not-a-duplicate" in related.stderr
    assert "hint: withdraw it first: dam-cli unrelate --id 1" in related.stderr


def test_a_dry_run_of_a_list_writes_nothing(folder: Path, library: CommandInProcess) -> None:
    before = everything()
    foreseen = relate(library, group(1, 2), group(1, 99), also="--dry-run")
    assert foreseen.exit_code == 3
    assert foreseen.stdout.startswith("possible   relation -  duplicate-of")
    assert foreseen.stderr.splitlines()[-1] == (
        "dry run, nothing written: 2 groups: 1 possible, 0 already, 1 failed"
    )
    assert everything() == before


def test_a_long_list_is_recorded_whole(folder: Path, library: CommandInProcess) -> None:
    lines = [group(1, 2), *["no group"] * 300, group(3, 4)]
    related = relate(library, *lines)
    assert [one["members"] for one in related.json] == [[1, 2], [3, 4]]
    assert "302 groups: 2 related, 0 already, 300 failed" in related.stderr
    assert "line 301: bad group" in related.stderr


def test_a_list_that_cannot_be_read_is_a_usage_error(folder: Path, library: CommandInProcess) -> None:
    for source in ("no-list", "/proc/self/mem"):
        refused = library("relate", "duplicate-of", "--from-file", source)
        assert refused.exit_code == 2
        assert f"cannot read: {source}" in refused.stderr
