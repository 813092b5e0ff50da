"""The library's own database and store are never added to it, wherever they lie."""

import os
from pathlib import Path

import pytest

from tests.command_line import CommandInProcess, Result
from tests.commands.facts import add, everything, sha256, stored_files, write


@pytest.fixture
def around(dam: CommandInProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that holds the store, a SQLite database, and one file of the user's."""
    library_environment.setenv("DAM_WORKERS", "0")
    folder = tmp_path / "around"
    write(folder / "mine.txt", b"mine")
    library_environment.setenv("DAM_STORE", str(folder / "store"))
    if os.environ["DATABASE_URL"].startswith("sqlite"):
        library_environment.setenv("DATABASE_URL", f"sqlite:///{folder / 'dam.db'}")
    assert dam("setup-db").exit_code == 0
    return folder


def added_paths(result: Result) -> set[str]:
    return {one["path"] for one in result.json if one["status"] in ("new", "duplicate")}


def test_a_tree_that_holds_both_gives_only_the_users_own_file(dam: CommandInProcess, around: Path) -> None:
    for _ in range(2):  # The second time there are objects and previews in the store.
        added = dam("add-asset", "--json", "-r", around)
        assert added.exit_code == 0
        assert added_paths(added) <= {str(around / "mine.txt")}
    assert len([path for path in stored_files() if path.startswith("objects")]) == 1


def test_a_way_to_them_through_a_link_changes_nothing(
    dam: CommandInProcess, around: Path, tmp_path: Path
) -> None:
    add(dam, around / "mine.txt")
    digest = sha256(b"mine")
    (tmp_path / "link").symlink_to(around)
    (tmp_path / "inside").symlink_to(around / "store" / "objects" / digest[:2])
    before = everything()
    for path in (
        tmp_path / "link" / "store",
        tmp_path / "inside",
        tmp_path / "inside" / digest[2:4] / digest,
    ):
        refused = dam("add-asset", "--json", "-r", path)
        assert added_paths(refused) == set()
        assert refused.exit_code == 3
        assert refused.json[0]["error"] == "is part of the library itself"
    assert everything() == before


@pytest.mark.parametrize("name", ["store", "store/objects", "store/dam-store.json"])
def test_named_explicitly_they_are_skipped_and_that_is_told(
    dam: CommandInProcess, around: Path, name: str
) -> None:
    refused = dam("add-asset", "-r", around / name)
    assert refused.exit_code == 3
    assert "is part of the library itself" in refused.stdout
    assert refused.stdout.startswith("skipped ")


def test_the_database_is_not_added_by_any_of_its_names(
    dam: CommandInProcess, around: Path, database_kind: str, library_environment: pytest.MonkeyPatch
) -> None:
    if database_kind != "sqlite":
        pytest.skip("only SQLite is a file")
    (around / "hard.db").hardlink_to(around / "dam.db")
    for name in ("dam.db", "hard.db"):
        refused = dam("add-asset", around / name)
        assert (refused.exit_code, refused.stdout.split()[0]) == (3, "skipped")
    (around / "soft.db").symlink_to("dam.db")
    library_environment.setenv("DATABASE_URL", f"sqlite:///{around / 'soft.db'}")
    assert added_paths(dam("add-asset", "--json", "-r", around)) == {str(around / "mine.txt")}
