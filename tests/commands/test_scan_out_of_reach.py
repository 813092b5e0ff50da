"""`dam-cli scan` where it cannot look: disks that are away, folders and files that may not be read."""

import os
from pathlib import Path

import pytest

from dam.library import Library
from dam.models.directory import RootRow
from tests.command_line import CommandInProcess, CommandProcess, Result
from tests.commands.facts import everything, write
from tests.commands.scanning import counts_again, history, known, scan, statuses
from tests.services.processes import strace


def alter_roots(**values: str) -> None:
    with Library.open() as library, library.world() as world:
        for row in world.session.query(RootRow):
            for name, value in values.items():
                setattr(row, name, value)


def devices() -> set[str]:
    with Library.open() as library, library.world(write=False) as world:
        return {row.device for row in world.session.query(RootRow)}


def test_what_lies_on_another_file_system_is_offline_and_comes_back(
    library: CommandInProcess, folder: Path
) -> None:
    (device,) = devices()
    entity = known(library, folder / "a")
    alter_roots(device="123abc")
    (folder / "a").unlink()
    result = library("scan")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["offline"], "once for the disk"
    assert "another file system is there" in result.stdout
    assert "hint: " in result.stderr
    scanned = scan(library)
    assert scanned["summary"]["offline"] == 4
    assert history(entity) == [(False, "offline")]
    alter_roots(device=device)
    assert statuses(scan(library)) == {"a": "missing", "b": "back", "c": "back", "d": "back"}
    assert statuses(scan(library)) == {}


def test_add_asset_finds_an_offline_place_again(library: CommandInProcess, folder: Path) -> None:
    (device,) = devices()
    alter_roots(device="123abc")
    scan(library)
    alter_roots(device=device)
    assert counts_again(library, folder) == {"unchanged": 4}
    assert statuses(scan(library)) == {}


def test_places_of_other_hosts_are_left_alone_and_counted(library: CommandInProcess, folder: Path) -> None:
    alter_roots(host="another-host")
    (folder / "a").unlink()
    before = everything()
    scanned = scan(library)
    assert (scanned["summary"]["known"], scanned["summary"]["of_other_hosts"]) == (0, 4)
    assert "4 places of other hosts left alone" in library("scan").stderr
    assert everything() == before


def test_a_folder_that_may_not_be_read_says_nothing_of_its_files(
    unprivileged: CommandProcess, folder: Path
) -> None:
    (folder / "inner" / "d").unlink()
    (folder / "inner").chmod(0o111)
    try:
        assert_only_failed(unprivileged("scan"), folder / "inner")
        (folder / "inner").chmod(0o000)
        assert_only_failed(unprivileged("scan"), folder / "inner")
    finally:
        (folder / "inner").chmod(0o755)
    assert statuses(scan(unprivileged)) == {"d": "missing"}


def assert_only_failed(result: Result, folder: Path) -> None:
    assert result.exit_code == 3, result
    assert result.stdout == f"failed          -  {folder}: permission denied\n"
    assert "0 missing" in result.stderr


def test_a_changed_file_that_may_not_be_read_is_no_verdict(
    unprivileged: CommandProcess, folder: Path
) -> None:
    write(folder / "a", b"secret").chmod(0)
    assert statuses(scan(unprivileged, code=3)) == {"a": "failed"}


@pytest.mark.parametrize("when", ["1", "2+"])
def test_a_folder_whose_listing_fails_is_not_believed(
    when: str, library: CommandInProcess, folder: Path, tmp_path: Path
) -> None:
    (folder / "a").unlink()
    (folder / "b").rename(folder / "moved")
    failing = traced(tmp_path, "-P", folder, "-e", f"inject=getdents64:error=EIO:when={when}")
    assert statuses(scan(failing, code=3)) == {"a": "failed", "b": "failed"}
    failing.end_all()
    assert statuses(scan(library)) == {"a": "missing", "b": "moved"}


def test_a_root_that_cannot_be_read_is_offline(
    library: CommandInProcess, folder: Path, tmp_path: Path
) -> None:
    (folder / "a").unlink()
    mount = os.fspath(folder)
    while not os.path.ismount(mount):
        mount = os.path.dirname(mount)
    failing = traced(tmp_path, "-P", mount, "-e", "inject=getdents64:error=EIO")
    scanned = scan(failing)
    failing.end_all()
    assert scanned["summary"]["offline"] == scanned["summary"]["known"] == 4


def traced(tmp_path: Path, *options: str | Path) -> CommandProcess:
    """Return the program with system calls that fail."""
    return CommandProcess(wrapper=strace("-o", str(tmp_path / "strace.log"), *map(str, options)))
