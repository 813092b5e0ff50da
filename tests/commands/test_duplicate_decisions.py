"""What somebody has decided about, `find-duplicates` does not propose again, until that is taken back."""

from pathlib import Path

import pytest

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import families, groups
from tests.commands.facts import add, write

ALIKE = ["--class", "pixel", "near"]


@pytest.fixture
def lakes(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with a lake, the same pixels once more, and two that are near."""
    lake = photo(1)
    for name, data in (
        ("lake.png", encoded(lake, "PNG")), ("lake.bmp", encoded(lake, "BMP")),
        ("coarse.jpg", encoded(lake, quality=50)), ("small.jpg", encoded(lake.resize((160, 120)))),
    ):  # fmt: skip
        add(library, write(tmp_path / name, data))
    return library


def members(library: CommandInProcess, likeness: str) -> list[set[str]]:
    return [set(names) for _, names in groups(library, "--class", likeness)]


@pytest.mark.parametrize("kind", ["duplicate-of", "alternate-of", "not-a-duplicate"])
def test_a_judged_pair_is_not_proposed_until_that_is_withdrawn(
    lakes: CommandInProcess, tmp_path: Path, kind: str
) -> None:
    before = groups(lakes)
    pairs = {"pixel": ("lake.png", "lake.bmp"), "near": ("lake.png", "small.jpg")}
    assert members(lakes, "pixel") == [{"lake.png", "lake.bmp"}]
    assert members(lakes, "near") == [{"lake.png", "coarse.jpg", "small.jpg"}]
    for one, other in pairs.values():
        assert lakes("relate", kind, tmp_path / one, tmp_path / other).exit_code == 0
    assert members(lakes, "pixel") == []
    # They may both be near to a third one, and still are in no group together.
    near = members(lakes, "near")
    assert any("coarse.jpg" in group for group in near)
    assert not any({one, other} <= group for one, other in pairs.values() for group in near)
    for one, other in pairs.values():
        assert lakes("unrelate", tmp_path / one, tmp_path / other).exit_code == 0
    assert groups(lakes) == before


def test_what_is_found_can_be_recorded_at_once_and_taken_back(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, "-r", families(tmp_path / "media"))
    before = groups(library)
    found = library("find-duplicates", "--json")
    related = library("relate", "duplicate-of", "--from-file", "-", "--json", stdin=found.stdout)
    assert related.exit_code == 0, related.stderr
    assert {(one["status"], one["class"]) for one in related.json} == {
        ("related", "pixel-identical"),
        ("related", "near"),
    }
    assert groups(library, *ALIKE) == []
    # One content at several places is no matter of opinion.
    assert [likeness for likeness, _ in groups(library)] == ["byte-identical"]
    again = library("relate", "duplicate-of", "--from-file", "-", "--json", stdin=found.stdout)
    assert {one["status"] for one in again.json} == {"already"}
    numbers = [str(one["relation"]) for one in related.json]
    assert library("unrelate", "--id", *numbers).exit_code == 0
    assert groups(library) == before


def test_the_evidence_is_what_was_found(lakes: CommandInProcess) -> None:
    found = lakes("find-duplicates", "--json", "--class", "near")
    group = found.json[0]
    lakes("relate", "duplicate-of", "--from-file", "-", stdin=found.stdout)
    (relation,) = lakes("relations", "--json").json
    assert relation["target"] == relation["best"] == group["best"]["entity"]
    assert relation["class"] == "near"
    assert relation["distances"] == {str(one["entity"]): one["distances"] for one in group["members"]}


def test_duplicates_of_duplicates_are_judged_as_well(lakes: CommandInProcess, tmp_path: Path) -> None:
    for one, other in (("lake.png", "coarse.jpg"), ("coarse.jpg", "small.jpg"), ("small.jpg", "lake.bmp")):
        lakes("relate", "duplicate-of", tmp_path / one, tmp_path / other)
    assert groups(lakes) == []


@pytest.mark.parametrize("kind", ["alternate-of", "not-a-duplicate"])
def test_what_holds_of_a_picture_holds_of_its_duplicates(
    lakes: CommandInProcess, tmp_path: Path, kind: str
) -> None:
    """Relating what is proposed never contradicts what was decided."""
    lakes("relate", kind, tmp_path / "lake.png", tmp_path / "small.jpg")
    lakes("relate", "duplicate-of", tmp_path / "lake.png", tmp_path / "coarse.jpg")
    lakes("relate", "duplicate-of", tmp_path / "small.jpg", tmp_path / "lake.bmp")
    refused = lakes("relate", "duplicate-of", tmp_path / "coarse.jpg", tmp_path / "lake.bmp")
    assert refused.exit_code == 2
    assert groups(lakes, *ALIKE) == []


def test_something_new_is_proposed_beside_one_of_what_was_judged(
    lakes: CommandInProcess, tmp_path: Path
) -> None:
    found = lakes("find-duplicates", "--json")
    lakes("relate", "duplicate-of", "--from-file", "-", stdin=found.stdout)
    assert groups(lakes) == []
    add(lakes, write(tmp_path / "new.jpg", encoded(photo(1), quality=70)))
    proposed = lakes("find-duplicates", "--json")
    assert groups(lakes) == [("near", ["lake.png", "new.jpg"])]
    lakes("relate", "duplicate-of", "--from-file", "-", stdin=proposed.stdout)
    assert groups(lakes) == []


def test_what_was_told_apart_is_in_no_group_that_would_put_it_together(
    lakes: CommandInProcess, tmp_path: Path
) -> None:
    apart = [tmp_path / name for name in ("coarse.jpg", "small.jpg")]
    assert lakes("relate", "not-a-duplicate", *apart).exit_code == 0
    found = lakes("find-duplicates", "--json")
    assert groups(lakes) == [
        ("pixel-identical", ["lake.png", "lake.bmp"]),
        ("near", ["lake.png", "coarse.jpg"]),
    ]
    related = lakes("relate", "duplicate-of", "--from-file", "-", "--json", stdin=found.stdout)
    assert [one["status"] for one in related.json] == ["related", "related"]
