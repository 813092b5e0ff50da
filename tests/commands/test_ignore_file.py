"""`.damignore`: what is left out of `add-asset -r`, and that it is counted."""

from pathlib import Path

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import counts, write

RULES = b"""\
# What programs leave behind.
*.tmp
!kept.tmp
cache/
/top.txt
**/deep/*.log
\\#number
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder in which rules of every sort have something to do."""
    top = tmp_path / "tree"
    write(top / ".damignore", RULES)
    for name in (
        "a.tmp",
        "kept.tmp",
        "top.txt",
        "#number",
        "cache/1",
        "cache/2",
        "inner/top.txt",
        "inner/b.tmp",
        "inner/deep/x.log",
        "inner/deep/x.txt",
    ):
        write(top / name, name.encode())
    return top


def added_names(dam: CommandInProcess, *arguments: str | Path, top: Path) -> set[str]:
    added = dam("add-asset", "--json", *arguments)
    assert added.exit_code == 0, added.stderr
    return {str(Path(one["path"]).relative_to(top)) for one in added.json}


def test_what_it_names_is_left_out_and_counted(library: CommandInProcess, tree: Path) -> None:
    kept = {"kept.tmp", "inner/top.txt", "inner/deep/x.txt"}
    assert added_names(library, "-n", "-r", tree, top=tree) == kept
    assert added_names(library, "-r", tree, top=tree) == kept
    again = library("add-asset", "-r", tree)
    assert counts(again)["seen"] == 3
    assert again.stderr.endswith("; 6 names left out by .damignore\n")


def test_one_name_is_one_name(library: CommandInProcess, tmp_path: Path) -> None:
    write(tmp_path / "in" / ".damignore", b"a\n")
    write(tmp_path / "in" / "a", b"a")
    assert library("add-asset", "-r", tmp_path / "in").stderr.endswith("; 1 name left out by .damignore\n")


def test_without_obeying_it_everything_is_added(library: CommandInProcess, tree: Path) -> None:
    added = library("add-asset", "--no-ignore", "-r", tree)
    assert counts(added)["new"] == 11
    assert "left out" not in added.stderr


def test_what_is_named_is_added_whatever_it_says(library: CommandInProcess, tree: Path) -> None:
    assert added_names(library, tree / "a.tmp", tree / "cache" / "1", top=tree) == {"a.tmp", "cache/1"}
    assert added_names(library, "-r", tree / "cache", top=tree) == {"cache/1", "cache/2"}


def test_one_further_down_has_the_last_word_in_its_folder(library: CommandInProcess, tree: Path) -> None:
    write(tree / "inner" / ".damignore", b"!*.tmp\ntop.txt\n")
    assert added_names(library, "-r", tree, top=tree) == {"kept.tmp", "inner/b.tmp", "inner/deep/x.txt"}


def test_what_it_leaves_out_is_not_moved(library: CommandInProcess, tree: Path) -> None:
    assert library("add-asset", "--move", "-r", tree).exit_code == 0
    assert (tree / "a.tmp").exists()
    assert (tree / "cache" / "1").exists()
    assert (tree / ".damignore").exists()
    assert not (tree / "kept.tmp").exists()


@pytest.mark.parametrize("rules", [b"\xff\xfe", b"a\n" * 40000], ids=["no text", "too large"])
def test_one_that_cannot_be_obeyed_is_told_and_its_folder_is_left_out(
    library: CommandInProcess, tree: Path, rules: bytes
) -> None:
    write(tree / "inner" / ".damignore", rules)
    added = library("add-asset", "-r", tree)
    assert added.exit_code == 3
    assert "so its folder is left out" in added.stdout
    assert "hint: " in added.stderr
    assert (counts(added)["new"], counts(added)["failed"]) == (1, 1)
