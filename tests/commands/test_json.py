"""`--json`: one object a line on every command that prints results, and nothing else on stdout."""

import json
import os
from pathlib import Path

from tests.command_line import CommandInProcess
from tests.commands.facts import add, sha256, write

ASSET = {"entity", "sha256", "md5", "size", "media_type", "in_store", "locations"}
STRANGE = b"caf\xe9 \n \xff.jpg"


def test_every_command_that_prints_results_takes_it(filled: CommandInProcess, media: Path) -> None:
    lake = media / "lake.jpg"
    write(media / "half.png", (media / "hill.png").read_bytes()[:2000])
    answers = {
        "setup-db": filled("setup-db", "--json"),
        "add-asset": filled("add-asset", "--json", "-r", media),
        "find-file-by-hash": filled("find-file-by-hash", "--json", "-f", lake),
        "find-similar-images": filled("find-similar-images", "--json", lake),
        "find-duplicates": filled("find-duplicates", "--json"),
        "query": filled("query", "--json"),
        "show": filled("show", "--json", lake),
        "run": filled("run", "--json", "--retry-failed"),
        "relate": filled("relate", "--json", "duplicate-of", "1", "2"),
        "relations": filled("relations", "--json"),
        "unrelate": filled("unrelate", "--json", "1", "2"),
        "status": filled("status", "--json"),
        "status --failed": filled("status", "--failed", "--json"),
    }
    for name, answer in answers.items():
        assert answer.exit_code == 0, name
        assert answer.json, name
        for line in answer.stdout.splitlines():
            assert line.isascii()
            assert isinstance(json.loads(line), dict)
    for name in ("find-file-by-hash", "find-similar-images", "query", "show", "status --failed"):
        for one in answers[name].json:
            assert set(one) >= ASSET, name
            assert all(place["path"] and place["storage"] == "file" for place in one["locations"])
    for one in answers["add-asset"].json:
        assert set(one) >= {"path", "status", "entity", "sha256", "error"}
    (similar,) = answers["find-similar-images"].json
    assert set(similar["distances"]) == {"phash", "ahash", "dhash", "pdq"}
    duplicates, summary = answers["find-duplicates"].json
    assert set(duplicates) == {"class", "centre", "best", "members"}
    assert all(set(one) >= ASSET for one in (duplicates["best"], *duplicates["members"]))
    assert set(summary) == {"summary"}
    (shown,) = answers["show"].json
    assert set(shown) >= {"entity", "components", "runs"}


def test_commands_that_find_nothing_print_no_object(library: CommandInProcess, media: Path) -> None:
    for arguments in (
        ["find-file-by-hash", "0" * 64],
        ["find-similar-images", media / "lake.jpg"],
        ["query"],
        ["show", "1"],
        ["find-duplicates", "--report", media / "page.html"],
        ["relations"],
        ["unrelate", "--id", "1"],
    ):
        empty = library(*arguments, "--json")
        objects = [one for one in empty.json if set(one) != {"summary"}]
        assert (empty.exit_code, objects) == (1, [])


def test_paths_that_are_not_utf_8_round_trip_in_every_answer(library: CommandInProcess, media: Path) -> None:
    data = (media / "lake.jpg").read_bytes()
    path = os.fsencode(media) + b"/" + STRANGE
    Path(os.fsdecode(path)).write_bytes(data)
    (added,) = library("add-asset", "--json", path).json
    assert os.fsencode(added["path"]) == path
    for arguments in (
        ["find-file-by-hash", sha256(data)],
        ["find-similar-images", media / "lake-small.png"],
        ["query"],
        ["show", path],
    ):
        (answer,) = library(*arguments, "--json").json
        (place,) = answer["locations"]
        assert os.fsencode(place["path"]) == path
        assert place["path_base64"]
    for arguments in (["find-file-by-hash", sha256(data)], ["query"], ["show", "1"]):
        assert r"caf\xe9 \x0a \xff.jpg" in library(*arguments).stdout


def test_content_registered_in_place_says_that_it_is_not_in_the_store(
    library: CommandInProcess, media: Path
) -> None:
    add(library, "--no-copy", media / "lake.jpg")
    for arguments in (["query"], ["show", "1"], ["find-file-by-hash", "-f", media / "lake.jpg"]):
        (answer,) = library(*arguments, "--json").json
        assert answer["in_store"] is False
        assert answer["locations"][0]["in_place"] is True


def test_closed_places_are_not_among_the_locations(library: CommandInProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "note", b"first")
    add(library, file)
    add(library, write(file, b"second"))
    (found,) = library("find-file-by-hash", "--json", sha256(b"first")).json
    assert found["locations"] == []
