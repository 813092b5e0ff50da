"""`dam-cli scan`: what is said of places that were deleted, edited, renamed or replaced."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, paths_of, show, write
from tests.commands.scanning import counts_again, history, known, rows_of, scan, statuses


def test_where_nothing_has_happened_everything_is_present_and_nothing_is_written(
    library: CommandInProcess, folder: Path
) -> None:
    before = everything()
    result = library("scan")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("4 known: 4 present, ")
    assert "0 missing" in result.stderr
    assert scan(library)["summary"]["present"] == 4
    shown = library("scan", "-v").stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["present"] * 4
    assert everything() == before


@pytest.mark.parametrize("copied", [True, False], ids=["copied", "in place"])
def test_files_that_were_added_through_links_are_looked_at_through_them(
    library: CommandInProcess, tmp_path: Path, copied: bool
) -> None:
    target = write(tmp_path / "elsewhere" / "target", b"t" * 70_000)
    link = tmp_path / "linked" / "link"
    link.parent.mkdir()
    link.symlink_to(target)
    add(library, "-L", "-r", *([] if copied else ["--no-copy"]), link.parent)
    entity = known(library, link)
    assert statuses(scan(library)) == {}
    assert library("get", str(entity)).stdout == "t" * 70_000

    hidden = target.parent.rename(tmp_path / "away")
    assert statuses(scan(library)) == {"link": "offline"}
    hidden.rename(target.parent)
    assert statuses(scan(library)) == {"link": "back"}

    target.write_bytes(b"other")
    assert statuses(scan(library, code=0 if copied else 4))["link"] == "changed"
    assert history(entity)[0][0]

    add(library, "-L", "-r", link.parent)
    another = write(tmp_path / "elsewhere" / "another", b"another")
    link.unlink()
    link.symlink_to(another)
    (place,) = [one for path, one in scan(library).items() if path != "summary"]
    assert (place["status"], place["reason"]) == ("missing", "is a symbolic link now")


def test_an_empty_library_has_nothing_to_compare(library: CommandInProcess) -> None:
    assert scan(library)["summary"]["known"] == 0


def test_what_was_deleted_is_missing_once_and_stays_as_history(
    library: CommandInProcess, folder: Path
) -> None:
    entity = known(library, folder / "a")
    (folder / "a").unlink()
    result = library("scan")
    assert result.exit_code == 0
    assert result.stdout.split() == ["missing", str(entity), str(folder / "a")]
    assert history(entity) == [(True, "missing")]
    assert library("get", str(entity)).stdout == "a" * 10
    assert statuses(scan(library)) == {}


def test_content_that_comes_back_opens_a_new_place(library: CommandInProcess, folder: Path) -> None:
    entity = known(library, folder / "a")
    (folder / "a").unlink()
    scan(library)
    write(folder / "a", b"a" * 10)
    assert add(library, folder / "a")["a"]["entity"] == entity
    assert history(entity) == [(True, "missing"), (False, "present")]
    assert statuses(scan(library)) == {}


def test_a_dry_run_says_the_same_and_writes_nothing(library: CommandInProcess, folder: Path) -> None:
    (folder / "a").unlink()
    (folder / "b").rename(folder / "moved")
    write(folder / "c", b"other")
    os.utime(folder / "inner/d")
    before = everything()
    foretold = scan(library, "-n")
    assert everything() == before
    assert statuses(foretold) == {"a": "missing", "b": "moved", "c": "changed", "d": "touched"}
    assert "dry run, nothing written: 4 known" in library("scan", "-n").stderr
    assert scan(library) == foretold


def test_a_file_that_was_only_touched_is_read_and_keeps_its_place(
    library: CommandInProcess, folder: Path
) -> None:
    entity = known(library, folder / "a")
    (before,) = rows_of(entity)
    os.utime(folder / "a", ns=(2 * 10**18, 2 * 10**18))
    assert statuses(scan(library)) == {"a": "touched"}
    (after,) = rows_of(entity)
    assert (after.id, after.mtime_ns) == (before.id, 2 * 10**18)
    assert after.last_seen > before.last_seen
    assert statuses(scan(library)) == {}


def test_a_file_with_other_bytes_is_changed_and_its_new_content_is_left_to_add_asset(
    library: CommandInProcess, folder: Path
) -> None:
    entity = known(library, folder / "a")
    write(folder / "a", b"edited")
    result = library("scan")
    assert result.stdout.split(maxsplit=2)[:2] == ["changed", str(entity)]
    assert "holds other bytes, which are not in the library" in result.stdout
    assert f"hint: {folder / 'a'}: add what it holds now: add-asset" in result.stderr
    assert history(entity) == [(True, "missing")]
    assert add(library, folder / "a")["a"]["status"] == "new"


def test_a_file_with_other_bytes_that_are_known_is_their_place_from_then_on(
    library: CommandInProcess, folder: Path
) -> None:
    a, b = known(library, folder / "a"), known(library, folder / "b")
    shutil.copy(folder / "b", folder / "a")
    scanned = scan(library)
    assert scanned[str(folder / "a")]["new_entity"] == b
    assert history(a) == [(True, "missing")]
    assert paths_of(show(library, b)) == {str(folder / "a"), str(folder / "b")}
    assert statuses(scan(library)) == {}


def test_two_files_that_were_swapped_have_each_other_s_place(library: CommandInProcess, folder: Path) -> None:
    a, b = known(library, folder / "a"), known(library, folder / "b")
    (folder / "a").rename(folder / "x")
    (folder / "b").rename(folder / "a")
    (folder / "x").rename(folder / "b")
    assert statuses(scan(library)) == {"a": "changed", "b": "changed"}
    assert (known(library, folder / "a"), known(library, folder / "b")) == (b, a)


@pytest.mark.parametrize("target", ["renamed", "inner/a", "new/deep/a"])
def test_a_file_that_was_moved_has_a_new_place(target: str, library: CommandInProcess, folder: Path) -> None:
    entity = known(library, folder / "a")
    (folder / target).parent.mkdir(parents=True, exist_ok=True)
    (folder / "a").rename(folder / target)
    assert scan(library, "-n")["summary"]["unknown_files"] == 0
    result = library("scan")
    assert result.exit_code == 0
    assert result.stdout == f"moved      {entity:>6}  {folder / 'a'} -> {folder / target}\n"
    assert history(entity) == [(True, "missing"), (False, "present")]
    assert paths_of(show(library, entity)) == {str(folder / target)}
    assert counts_again(library, folder) == {"unchanged": 4}


def test_a_folder_that_was_renamed_has_moved_with_its_files(library: CommandInProcess, folder: Path) -> None:
    (folder / "inner").rename(folder / "outer")
    scanned = scan(library)
    assert scanned[str(folder / "inner" / "d")]["moved_to"] == {"path": str(folder / "outer" / "d")}
    assert counts_again(library, folder) == {"unchanged": 4}


def test_a_top_folder_that_was_renamed_is_found_beside_its_old_name(
    library: CommandInProcess, folder: Path
) -> None:
    folder.rename(folder.with_name("renamed"))
    assert set(statuses(scan(library)).values()) == {"moved"}
    assert counts_again(library, folder.with_name("renamed")) == {"unchanged": 4}


def test_what_only_looks_like_the_missing_file_is_not_believed(
    library: CommandInProcess, folder: Path
) -> None:
    status = (folder / "a").stat()
    # The very inode with its size and time, but other bytes.
    (folder / "a").write_bytes(b"x" * 10)
    os.utime(folder / "a", ns=(status.st_atime_ns, status.st_mtime_ns))
    (folder / "a").rename(folder / "moved")
    scanned = scan(library)
    assert statuses(scanned) == {"a": "missing"}
    assert scanned["summary"]["unknown_files"] == 1


def test_of_several_copies_the_very_file_is_the_one_that_moved(
    library: CommandInProcess, folder: Path
) -> None:
    shutil.copy(folder / "a", folder / "1-copy")
    (folder / "a").rename(folder / "2-moved")
    shutil.copy(folder / "2-moved", folder / "3-copy")
    scanned = scan(library)
    assert scanned[str(folder / "a")]["moved_to"] == {"path": str(folder / "2-moved")}
    assert counts_again(library, folder) == {"duplicate": 2, "unchanged": 4}


def test_of_two_missing_places_of_one_content_each_file_stands_for_one(
    library: CommandInProcess, folder: Path
) -> None:
    add(library, write(folder / "twin", b"a" * 10))
    (folder / "twin").unlink()
    (folder / "a").rename(folder / "moved")
    assert statuses(scan(library)) == {"a": "moved", "twin": "missing"}


def test_a_move_that_brings_another_extension_makes_recognition_look_again(
    library: CommandInProcess, media: Path
) -> None:
    entity = add(library, media / "hill.png")["hill.png"]["entity"]
    (media / "hill.png").rename(media / "hill.bak")
    assert statuses(scan(library, media)) == {"hill.png": "moved"}
    extensions = {row["extension"] for row in show(library, entity)["components"]["FileExtension"]}
    assert extensions == {"png", "bak"}
    assert library("run").stderr.startswith("0 entities visited")


@pytest.mark.parametrize("put", [os.mkfifo, os.mkdir, lambda path: os.symlink("b", path)])
def test_what_is_no_regular_file_any_more_is_missing(
    put: Any, library: CommandInProcess, folder: Path
) -> None:
    (folder / "a").unlink()
    put(folder / "a")
    scanned = scan(library)
    assert statuses(scanned) == {"a": "missing"}
    assert scanned[str(folder / "a")]["reason"].endswith(" now")


def test_a_folder_that_is_gone_takes_its_files_along(library: CommandInProcess, folder: Path) -> None:
    shutil.rmtree(folder / "inner")
    assert statuses(scan(library)) == {"d": "missing"}


def test_a_file_in_the_folder_s_stead_means_that_the_folder_is_gone(
    library: CommandInProcess, folder: Path
) -> None:
    shutil.rmtree(folder / "inner")
    write(folder / "inner", b"a file")
    assert statuses(scan(library)) == {"d": "missing"}


def test_a_link_that_leads_nowhere_in_the_folder_s_stead_may_lead_to_a_disk_that_is_away(
    library: CommandInProcess, folder: Path
) -> None:
    entity = known(library, folder / "inner" / "d")
    shutil.rmtree(folder / "inner")
    (folder / "inner").symlink_to("/media/unplugged/inner")
    assert statuses(scan(library)) == {"d": "offline"}
    assert history(entity) == [(False, "offline")]


def test_the_last_copy_of_what_was_registered_in_place_is_an_alarm(
    library: CommandInProcess, tmp_path: Path
) -> None:
    alone, twin = write(tmp_path / "alone", b"alone"), write(tmp_path / "twin", b"twin")
    add(library, "--no-copy", alone, twin, write(tmp_path / "other", b"twin"))
    alone.unlink()
    twin.unlink()
    before = library("scan", "-n")
    result = library("scan")
    assert before.exit_code == result.exit_code == 4
    assert before.stdout == result.stdout
    assert [line for line in result.stdout.splitlines() if "(the last known copy is gone)" in line] == [
        f"missing         1  {alone}  (the last known copy is gone)"
    ]
    assert "dam-cli: the last known copy is gone: of 1 entity" in result.stderr
    assert library("scan").exit_code == 0, "it was said"


def test_edited_in_place_the_only_bytes_are_gone_too(library: CommandInProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "file", b"one")
    add(library, "--no-copy", file)
    write(file, b"two")
    assert scan(library, code=4)[str(file)]["last_copy_gone"] is True


def test_two_in_place_that_were_swapped_or_moved_have_lost_nothing(
    library: CommandInProcess, tmp_path: Path
) -> None:
    files = [write(tmp_path / "in-place" / name, name.encode()) for name in ("1", "2", "3")]
    add(library, "--no-copy", *files)
    write(files[0], b"2")
    write(files[1], b"1")
    files[2].rename(files[2].with_name("moved"))
    foretold, scanned = scan(library, "-n"), scan(library)
    assert foretold == scanned
    assert statuses(scanned) == {"1": "changed", "2": "changed", "3": "moved"}
    assert scanned["summary"]["last_copies_gone"] == 0
    assert [row.in_place for row in rows_of(3)] == [True, True]


def test_a_path_limits_the_scan_to_what_is_at_and_below_it(library: CommandInProcess, folder: Path) -> None:
    for file in (folder / "a", folder / "b", folder / "inner" / "d"):
        file.unlink()
    (folder / "inner").rmdir()
    assert statuses(scan(library, folder / "inner", folder / "a", "-n")) == {"a": "missing", "d": "missing"}
    assert statuses(scan(library, "files/inner/d")) == {"d": "missing"}
    assert scan(library, folder / "b", folder, folder / "b")["summary"]["known"] == 3
    assert statuses(scan(library, "/")) == {}


def test_a_path_whose_places_are_all_gone_is_still_known(library: CommandInProcess, folder: Path) -> None:
    (folder / "a").unlink()
    scan(library, folder / "a")
    assert scan(library, folder / "a")["summary"]["known"] == 0


@pytest.mark.parametrize("path", ["nowhere", "files/nothing", "files/a/b", ""])
def test_a_path_of_which_nothing_is_known_is_nothing_found(
    path: str, library: CommandInProcess, folder: Path
) -> None:
    (folder / "a").unlink()
    result = library("scan", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing known there: " in result.stderr
    assert library("scan", path, folder / "b").exit_code == 1
    assert statuses(scan(library)) == {"a": "missing"}


def test_names_that_only_begin_alike_are_not_below_a_path(library: CommandInProcess, tmp_path: Path) -> None:
    for name in ("x/1", "x.y/2", "x0/3", "xx/4"):
        write(tmp_path / name, name.encode())
    assert library("add-asset", "-r", *(tmp_path / n for n in ("x", "x.y", "x0", "xx"))).exit_code == 0
    assert scan(library, tmp_path / "x")["summary"]["known"] == 1
