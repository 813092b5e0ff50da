"""A report on duplicates as a file: whole or not there, and never in the place of anything else."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Group
from dam.duplicates.report import DuplicatesReport, duplicates_report
from dam.errors import NoSpace, UsageError
from dam.services.new_file import NewFile
from tests.duplicates.invented_groups import sample
from tests.duplicates.outline import read, write


def test_an_interrupted_report_leaves_nothing_and_keeps_the_older_one(tmp_path: Path) -> None:
    library, groups = sample()
    write(tmp_path / "out.html", library, groups[:1])
    before = (tmp_path / "out.html").read_bytes()

    def interrupted() -> Iterator[Group]:
        yield groups[0]
        raise KeyboardInterrupt

    for name in ("out.html", "new.html"):
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / name, library, interrupted())
    assert (tmp_path / "out.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_nothing_has_the_name_before_all_is_written(tmp_path: Path) -> None:
    library, groups = sample()
    with duplicates_report(os.fsencode(tmp_path / "out.html"), library.looks.__getitem__) as report:
        report.add(groups[0], library.assets_of(groups[0]))
        assert not (tmp_path / "out.html").exists()
    assert (tmp_path / "out.html").exists()


def test_a_report_replaces_a_report_and_is_no_more_open_to_others(tmp_path: Path) -> None:
    library, groups = sample()
    write(tmp_path / "out.html", library, groups[:1])
    (tmp_path / "out.html").chmod(0o600)
    assert write(tmp_path / "out.html", library, groups).tags.count("article") == 6
    assert (tmp_path / "out.html").stat().st_mode & 0o777 == 0o600


def test_what_is_no_report_stays_unless_it_is_to_be_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "out.html"
    for text in ("", "<!doctype html>\n<p>mine", "<!doctype html>\n"):
        mine.write_text(text)
        with pytest.raises(UsageError, match=r"cannot write: .*out\.html: it exists, and is no report$"):
            write(mine, *sample())
        assert mine.read_text() == text
    with duplicates_report(os.fsencode(mine), lambda _: Appearance(), overwrite=True):
        pass
    read(mine)
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_what_is_no_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "link", "pipe"):
        with (
            pytest.raises(UsageError, match="it exists, and nothing is ever overwritten"),
            duplicates_report(os.fsencode(tmp_path / name), lambda _: Appearance(), overwrite=True),
        ):
            pytest.fail("it is refused before any work is done")
    assert not (tmp_path / "elsewhere").exists()


def test_what_has_taken_the_name_meanwhile_is_kept(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="it exists, and is no report"),
        duplicates_report(os.fsencode(tmp_path / "out.html"), lambda _: Appearance()),
    ):
        (tmp_path / "out.html").write_text("mine")
    assert (tmp_path / "out.html").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"no/such/folder.html", os.strerror(errno.ENOENT)),
        (b"file/out.html", os.strerror(errno.ENOTDIR)),
        (b"n" * 256, os.strerror(errno.ENAMETOOLONG)),
        (b"", "no name was given for the file"),
    ],
)
def test_a_place_that_cannot_be_written_is_a_usage_error(
    name: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=re.escape(why[1:])), duplicates_report(name, lambda _: Appearance()):
        pytest.fail("it is refused before any work is done")


def test_a_full_disk_is_told_as_such() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(NoSpace, match=r"cannot write: out\.html: no space left on device"),
    ):
        DuplicatesReport(NewFile(b"out.html", full.fileno()), lambda _: Appearance(), "Duplicates", 1)
