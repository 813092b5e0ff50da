"""Files that are named more than once are moved once."""

from pathlib import Path

from tests.command_line import CommandInProcess
from tests.commands.facts import write


def test_a_file_that_is_named_twice_is_moved_once_without_complaint(
    library: CommandInProcess, tmp_path: Path
) -> None:
    file = write(tmp_path / "a", b"twice")
    moved = library("add-asset", "--move", file, file)
    assert moved.exit_code == 0, moved.stdout
    assert not file.exists()


def test_files_that_are_named_again_after_many_others_leave_no_place_behind(
    library: CommandInProcess, tmp_path: Path
) -> None:
    files = [write(tmp_path / "many" / f"{number}", b"%d" % number) for number in range(400)]
    listed = write(tmp_path / "list", b"".join(b"%s\n" % bytes(file) for file in (*files, *files)))
    # Those of the second half are gone when they come to be looked at, or were read again before that.
    assert library("add-asset", "--move", "--from-file", listed).exit_code in (0, 3)
    assert list((tmp_path / "many").iterdir()) == []
    assert library("status", "--json").json[0]["locations"] == 0
