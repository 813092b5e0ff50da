"""`dam-cli query`: entities by the components they have."""

import os
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess, Result
from tests.commands.facts import add, paths_of, write


def names(result: Result) -> set[str]:
    return {os.path.basename(path) for answer in result.json for path in paths_of(answer)}


def test_entities_are_listed_by_what_they_have_and_lack(filled: CommandInProcess) -> None:
    images = {"lake.jpg", "lake-small.png", "hill.png"}
    assert names(filled("query", "--has", "Image", "--json")) == images
    assert names(filled("query", "--lacks", "Image", "--json")) == {"notes.txt"}
    assert names(filled("query", "--json")) == images | {"notes.txt"}


def test_several_conditions_hold_all_at_once(filled: CommandInProcess, tmp_path: Path, media: Path) -> None:
    add(filled, write(tmp_path / "half.png", (media / "hill.png").read_bytes()[:2000]))
    broken = filled(
        "query",
        "--has",
        "Image",
        "--has",
        "FileLocation",
        "--lacks",
        "ImagePHash",
        "--lacks",
        "Preview",
        "--json",
    )
    assert names(broken) == {"half.png"}


def test_an_option_takes_several_components(filled: CommandInProcess) -> None:
    assert names(filled("query", "--has", "Image", "Dimensions", "--lacks", "StoredCopy", "--json")) == set()
    assert names(filled("query", "--json", "--has", "Image", "Dimensions")) == {
        "lake.jpg",
        "lake-small.png",
        "hill.png",
    }


def test_people_get_one_line_an_entity(filled: CommandInProcess, media: Path) -> None:
    listed = filled("query", "--has", "Image")
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == 3
    assert any(
        line.split()[1] == "image/jpeg" and line.endswith(str(media / "lake.jpg"))
        for line in listed.stdout.splitlines()
    )


def test_a_limit_is_kept_and_may_be_zero(filled: CommandInProcess) -> None:
    assert len(filled("query", "--limit", "2", "--json").json) == 2
    none = filled("query", "--limit", "0")
    assert (none.exit_code, none.stdout) == (1, "")
    assert filled("query", "--limit=-1").exit_code == 2


def test_a_library_with_nothing_in_it_finds_nothing(library: CommandInProcess) -> None:
    found = library("query", "--has", "Image")
    assert (found.exit_code, found.stdout) == (1, "")
    assert "nothing found" in found.stderr


@pytest.mark.parametrize("option", ["--has", "--lacks"])
def test_an_unknown_component_is_a_usage_error_with_a_suggestion(
    library: CommandInProcess, option: str
) -> None:
    refused = library("query", option, "ImagePHas")
    assert refused.exit_code == 2
    assert "unknown component: ImagePHas" in refused.stderr
    assert "did you mean ImagePHash" in refused.stderr


def test_a_component_may_be_written_as_in_the_code_or_in_lower_case(filled: CommandInProcess) -> None:
    for word in ("ImagePHash", "ImagePHashComponent", "imagephash", "image_phash"):
        assert len(filled("query", "--has", word, "--json").json) == 3


def test_the_early_name_points_to_query_and_is_hidden(library: CommandInProcess) -> None:
    for arguments in ([], ["--has", "Image"], ["anything"]):
        pointed = library("query-assets-placeholder", *arguments)
        assert pointed.exit_code == 2
        assert "it is called query" in pointed.stderr
        assert "dam-cli query --help" in pointed.stderr
    assert "placeholder" not in library("--help").stdout
