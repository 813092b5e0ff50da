"""`dam-cli add-asset --move`: a file is deleted only when nothing can be lost by it."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from dam.core.path_text import show_path
from dam.models.image.samples import encoded, photo
from dam.services.stores.local_store import create_store
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, counts, everything, object_file, paths_of, sha256, show, write
from tests.commands.permissions import read_only


def given_back(dam: CommandInProcess, digest: str, folder: Path) -> bytes:
    """Return what `get` gives back."""
    target = folder / f"{digest}.back"
    got = dam("get", digest, "-o", target)
    assert got.exit_code == 0, got.stderr
    return target.read_bytes()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def while_rows_are_written(act: Callable[[], object]) -> Iterator[None]:
    """Do something between the moment when a group's bytes are published and that of its removal."""
    waiting = [act]

    def executing(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if waiting and statement.startswith("INSERT INTO file_location"):
            waiting.pop()()

    event.listen(Engine, "before_cursor_execute", executing)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", executing)
    assert not waiting


def test_the_files_are_gone_and_get_gives_their_bytes_back(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    before = contents(media)
    moved = library("add-asset", "--json", "--move", "-r", media)
    assert moved.exit_code == 0, moved.stderr
    assert contents(media) == {}
    assert media.is_dir()
    assert [(one["status"], one["moved"]) for one in moved.json] == [("new", True)] * 4
    assert moved.stderr.endswith("; 4 moved\n")
    for data in before.values():
        assert given_back(library, sha256(data), tmp_path) == data


def test_each_line_says_that_the_file_was_moved(library: CommandInProcess, media: Path) -> None:
    moved = library("add-asset", "--move", media / "notes.txt")
    assert moved.stdout.endswith(f"{media / 'notes.txt'}  (moved)\n")


def test_a_file_that_was_known_already_is_named_when_it_is_moved(
    filled: CommandInProcess, media: Path
) -> None:
    moved = filled("add-asset", "--move", media / "notes.txt")
    assert moved.stdout.split() == ["unchanged", "4", str(media / "notes.txt"), "(moved)"]


def test_a_place_that_is_gone_is_not_presented_as_one_any_more(
    library: CommandInProcess, media: Path
) -> None:
    lake = media / "lake.jpg"
    digest = sha256(lake.read_bytes())
    library("add-asset", "--move", lake)
    (found,) = library("find-file-by-hash", "--json", digest).json
    assert (found["locations"], found["in_store"]) == ([], True)
    assert paths_of(show(library, digest)) == set()
    (row,) = show(library, digest)["components"]["FileLocation"]
    assert row["closed_at"] is not None
    assert f"path    {lake}" not in library("show", digest).stdout


def test_a_copy_of_what_is_there_already_goes_and_the_other_place_stays(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "copy.jpg", (media / "lake.jpg").read_bytes())
    moved = add(filled, "--move", copy)["copy.jpg"]
    assert (moved["status"], moved["moved"]) == ("duplicate", True)
    assert not copy.exists()
    assert paths_of(show(filled, moved["entity"])) == {str(media / "lake.jpg")}


def test_a_file_that_looks_unchanged_is_read_again_before_it_goes(
    library: CommandInProcess, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.txt", b"a")
    add(library, file)
    object_file(sha256(b"a")).unlink()
    moved = library("add-asset", "--move", file)
    assert moved.exit_code == 4
    assert "healed: the copy in the store was damaged or missing" in moved.stdout
    assert not file.exists()
    assert given_back(library, sha256(b"a"), tmp_path) == b"a"


@pytest.mark.parametrize("damage", [b"x", b""], ids=["other bytes", "cut short"])
def test_a_damaged_copy_is_healed_before_the_last_good_one_goes(
    library: CommandInProcess, tmp_path: Path, damage: bytes
) -> None:
    file = write(tmp_path / "a.txt", b"a")
    add(library, file)
    stored = object_file(sha256(b"a"))
    stored.chmod(0o644)
    stored.write_bytes(damage)
    moved = library("add-asset", "--json", "--move", file)
    assert moved.exit_code == 4
    assert moved.json[0]["moved"] is True
    assert not file.exists()
    assert given_back(library, sha256(b"a"), tmp_path) == b"a"


def test_equal_files_and_hard_links_go_together(library: CommandInProcess, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "a", b"equal")
    write(folder / "b", b"equal")
    (folder / "c").hardlink_to(folder / "a")
    moved = library("add-asset", "--json", "--move", "-r", folder)
    assert moved.exit_code == 0, moved.stdout
    assert [(one["status"], one["moved"]) for one in moved.json] == [
        ("new", True),
        ("duplicate", True),
        ("duplicate", True),
    ]
    assert list(folder.iterdir()) == []
    assert paths_of(show(library, sha256(b"equal"))) == set()


def test_a_hard_link_that_was_not_named_stays(library: CommandInProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a", b"linked")
    other = tmp_path / "other"
    other.hardlink_to(file)
    assert add(library, "--move", file)["a"]["moved"] is True
    assert other.read_bytes() == b"linked"


def test_a_file_that_may_not_be_deleted_stays_and_that_is_told(
    unprivileged: CommandProcess, tmp_path: Path
) -> None:
    file = write(tmp_path / "kept" / "a.txt", b"a")
    with read_only(tmp_path / "kept"):
        moved = unprivileged("add-asset", "--move", "-r", tmp_path / "kept")
    assert moved.exit_code == 3
    assert "(not moved: permission denied)" in moved.stdout
    assert counts(moved)["new"] == 1
    assert moved.stderr.endswith("; 0 moved\n")
    assert file.read_bytes() == b"a"
    assert paths_of(show(unprivileged, sha256(b"a"))) == {str(file)}
    # What is in the way once is in the way of nothing else.
    assert unprivileged("add-asset", "--move", file).exit_code == 0
    assert not file.exists()


def test_a_file_that_changes_between_reading_and_deleting_stays(
    library: CommandInProcess, tmp_path: Path
) -> None:
    file, other = write(tmp_path / "a.txt", b"a"), write(tmp_path / "b.txt", b"b")
    with while_rows_are_written(lambda: file.write_bytes(b"written meanwhile")):
        moved = library("add-asset", "--move", file, other)
    assert moved.exit_code == 3
    assert f"{file}  (not moved: it has changed since it was read)" in moved.stdout
    assert file.read_bytes() == b"written meanwhile"
    assert not other.exists()
    assert given_back(library, sha256(b"a"), tmp_path) == b"a"


def test_a_file_that_is_replaced_by_a_link_meanwhile_costs_neither(
    library: CommandInProcess, tmp_path: Path
) -> None:
    file, target = write(tmp_path / "a.txt", b"a"), write(tmp_path / "target.txt", b"target")

    def replace() -> None:
        file.unlink()
        file.symlink_to(target)

    with while_rows_are_written(replace):
        moved = library("add-asset", "--move", file)
    assert moved.exit_code == 3
    assert "(not moved: is a symbolic link)" in moved.stdout
    assert file.is_symlink()
    assert target.read_bytes() == b"target"


@pytest.mark.parametrize("content", [b"rotten", None], ids=["damaged", "lost"])
def test_a_file_whose_copy_cannot_be_read_back_stays_and_can_heal_it(
    library: CommandInProcess, tmp_path: Path, content: bytes | None
) -> None:
    file, other = write(tmp_path / "a.txt", b"a"), write(tmp_path / "b.txt", b"b")

    def spoil() -> None:
        stored = object_file(sha256(b"a"))
        stored.unlink()
        if content is not None:
            stored.write_bytes(content)

    with while_rows_are_written(spoil):
        moved = library("add-asset", "--json", "--move", file, other)
    assert moved.exit_code == 4
    kept, gone = moved.json
    assert (kept["moved"], gone["moved"]) == (False, True)
    assert kept["note"].startswith("not moved: ")
    assert sha256(b"a") in kept["note"]
    assert file.read_bytes() == b"a"
    assert paths_of(show(library, kept["entity"])) == {str(file)}
    assert library("add-asset", "--move", file).exit_code == 4
    assert not file.exists()
    assert given_back(library, sha256(b"a"), tmp_path) == b"a"


def test_without_copying_it_is_a_usage_error_and_nothing_happens(
    library: CommandInProcess, media: Path
) -> None:
    before, files = everything(), contents(media)
    refused = library("add-asset", "--move", "--no-copy", "-r", media)
    assert refused.exit_code == 2
    assert "cannot move without copying: the only copy would be deleted" in refused.stderr
    assert (everything(), contents(media)) == (before, files)


def test_what_links_lead_to_is_never_moved(library: CommandInProcess, media: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "file").symlink_to(media / "lake.jpg")
    (folder / "folder").symlink_to(media)
    (folder / "nowhere").symlink_to("nothing")
    files = contents(media)
    assert library("add-asset", "--move", "--follow-links", "-r", folder).exit_code == 2
    moved = library("add-asset", "--json", "--move", "-r", folder)
    assert moved.exit_code == 0
    assert {one["status"] for one in moved.json} == {"skipped"}
    assert {one["moved"] for one in moved.json} == {False}
    assert sorted(os.listdir(folder)) == ["file", "folder", "nowhere"]
    assert contents(media) == files


def test_a_link_to_a_folder_that_is_named_is_not_entered(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(media)
    files = contents(media)
    moved = library("add-asset", "--move", "-r", tmp_path / "link")
    assert moved.exit_code == 3
    assert "link: is a symbolic link" in moved.stdout
    assert "move out of the folder that it points to" in moved.stderr
    assert contents(media) == files


@pytest.mark.parametrize("named", [False, True], ids=["found", "named"])
def test_the_settings_in_force_are_never_moved(
    library: CommandInProcess, tmp_path: Path, named: bool
) -> None:
    home = tmp_path / "home"
    write(home / "mine.txt", b"mine")
    settings = write(home / ".env", b"DAM_LOG_LEVEL=ERROR\n")
    paths = [home / ".env"] if named else []
    moved = library("add-asset", "--json", "--move", "-r", ".", *paths, cwd=home)
    assert settings.read_bytes() == b"DAM_LOG_LEVEL=ERROR\n"
    assert not (home / "mine.txt").exists()
    assert {(os.path.basename(one["path"]), one["error"]) for one in moved.json} == {
        ("mine.txt", None),
        (".env", "is part of the library itself"),
    }
    # A copy of them is nobody's harm.
    assert add(library, settings)[".env"]["status"] == "new"


@pytest.mark.parametrize("inside", ["", "store", "store/objects", "store/dam-store.json"])
def test_nothing_is_moved_out_of_the_store_of_another_library(
    library: CommandInProcess, tmp_path: Path, inside: str
) -> None:
    other = create_store(str(tmp_path / "other" / "store"), "another one")
    other.publish([other.stage([b"theirs"])])
    before = contents(tmp_path / "other")
    moved = library("add-asset", "--json", "--move", "-r", tmp_path / "other" / inside)
    assert contents(tmp_path / "other") == before
    ((told, error),) = [(one["status"], one["error"]) for one in moved.json]
    assert told == "skipped"
    assert "the store of another library" in error
    assert moved.exit_code == (3 if inside else 0)


def test_the_library_in_the_tree_is_never_moved(
    dam: CommandInProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path, database_kind: str
) -> None:
    library_environment.setenv("DAM_WORKERS", "0")
    home = tmp_path / "home"
    home.mkdir()
    library_environment.setenv("DAM_STORE", str(home / "store"))
    if database_kind == "sqlite":
        library_environment.setenv("DATABASE_URL", f"sqlite:///{home / 'dam.db'}")
    assert dam("setup-db").exit_code == 0
    for content in (b"mine", b"mine too"):
        write(home / "mine.txt", content)
        assert dam("add-asset", "--move", "-r", home).exit_code == 0
        assert not (home / "mine.txt").exists()
        assert given_back(dam, sha256(content), tmp_path) == content
    inside = dam("add-asset", "--move", "-r", home / "store", object_file(sha256(b"mine")))
    assert inside.exit_code == 3
    assert "is part of the library itself" in inside.stdout
    assert given_back(dam, sha256(b"mine too"), tmp_path / "home") == b"mine too"


def test_a_dry_run_deletes_nothing_and_says_so(library: CommandInProcess, media: Path) -> None:
    before, files = everything(), contents(media)
    told = library("add-asset", "-n", "--json", "--move", "-r", media)
    assert told.exit_code == 0
    assert "dry run, nothing written: 4 seen: 4 new" in told.stderr
    assert told.stderr.endswith("; would move 4\n")
    assert {(one["moved"], one["note"]) for one in told.json} == {(False, "would be moved")}
    assert (everything(), contents(media)) == (before, files)


def test_a_dry_run_lists_just_what_would_be_deleted(filled: CommandInProcess, media: Path) -> None:
    write(media / "new.txt", b"new")
    write(media / "copy.txt", b"new")
    (media / "link").symlink_to("new.txt")
    told = filled("add-asset", "-n", "--move", "-r", media)
    done = filled("add-asset", "--move", "-r", media)
    assert told.stderr.endswith("; would move 6\n")
    assert done.stderr.endswith("; 6 moved\n")
    foretold = told.stdout.replace("(would be moved)", "(moved)")
    assert [line.split()[0::2] for line in foretold.splitlines()] == [
        line.split()[0::2] for line in done.stdout.splitlines()
    ]


def test_what_fails_or_is_skipped_is_not_deleted(library: CommandInProcess, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "fine", b"fine")
    os.mkfifo(folder / "pipe")
    moved = library("add-asset", "--json", "--move", "-r", folder, tmp_path / "gone")
    assert moved.exit_code == 3
    assert {os.path.basename(one["path"]): (one["status"], one["moved"]) for one in moved.json} == {
        "fine": ("new", True),
        "pipe": ("skipped", False),
        "gone": ("failed", False),
    }
    assert os.listdir(folder) == ["pipe"]


def test_names_that_are_no_text_are_moved_too(library: CommandInProcess, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9\n.txt"
    with open(name, "wb") as file:
        file.write(b"odd")
    moved = library("add-asset", "--move", name)
    assert moved.exit_code == 0
    assert show_path(name) in moved.stdout
    assert not os.path.lexists(name)


def test_with_real_workers_it_is_the_same(
    program: CommandProcess, library: CommandInProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    for seed in range(3):
        write(folder / f"{seed}.png", encoded(photo(seed), "PNG"))
    for number in range(50):
        write(folder / "small" / f"{number}", str(number // 2).encode())
    digests = {hashlib.sha256(data).hexdigest(): data for data in contents(folder).values()}
    moved = program("add-asset", "-j", "2", "--move", "-r", folder)
    assert moved.exit_code == 0, moved.stdout
    assert counts(moved) == {
        "seen": 53,
        "new": 28,
        "duplicate": 25,
        "unchanged": 0,
        "skipped": 0,
        "failed": 0,
    }
    assert contents(folder) == {}
    for digest, data in digests.items():
        assert given_back(library, digest, tmp_path) == data
