"""`dam-cli add-asset`: one line a file, one entity a content, and a summary that adds up."""

import os
import re
import sys
import time
from pathlib import Path

import pytest

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, counts, everything, outcomes, paths_of, sha256, show, write


def test_each_file_gets_one_line_with_its_entity_and_the_summary_adds_up(
    library: CommandInProcess, media: Path
) -> None:
    added = library("add-asset", "-r", media)
    assert added.exit_code == 0
    lines = added.stdout.splitlines()
    assert len(lines) == 4
    for line in lines:
        assert re.fullmatch(rf"new +[1-4]  {re.escape(str(media))}/\S+", line)
    assert added.stderr == "4 seen: 4 new, 0 duplicate, 0 unchanged, 0 skipped, 0 failed\n"


def test_several_files_and_folders_are_added_at_once(library: CommandInProcess, media: Path) -> None:
    inner = write(media / "more" / "deep" / "song.mp3", b"la la la").parent
    added = library("add-asset", "--recursive", media / "lake.jpg", inner, media / "notes.txt")
    assert added.exit_code == 0
    assert counts(added) == {
        "seen": 3,
        "new": 3,
        "duplicate": 0,
        "unchanged": 0,
        "skipped": 0,
        "failed": 0,
    }


def test_the_second_time_nothing_is_added_and_the_summary_says_so(
    filled: CommandInProcess, media: Path
) -> None:
    again = filled("add-asset", "-r", media)
    assert again.exit_code == 0
    assert again.stdout == ""
    assert again.stderr == "4 seen: 0 new, 0 duplicate, 4 unchanged, 0 skipped, 0 failed\n"


def test_unchanged_files_are_shown_with_v_and_in_json(filled: CommandInProcess, media: Path) -> None:
    shown = filled("add-asset", "-v", "-r", media)
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["unchanged"] * 4
    assert {one["status"] for one in add(filled, "-r", media).values()} == {"unchanged"}


def test_an_unchanged_file_is_not_even_opened(
    library: CommandInProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library_environment.setenv("DAM_WORKERS", "0")
    file = write(tmp_path / "old.txt", b"old")
    time.sleep(2.1)  # What was written just now is not believed to be as it looks.
    opened: list[bytes] = []
    sys.addaudithook(lambda event, given: _note_opened(opened, event, given))
    add(library, file)
    assert os.fsencode(file) in opened

    before = everything()
    opened.clear()
    assert add(library, file)["old.txt"]["status"] == "unchanged"
    assert os.fsencode(file) not in opened
    assert everything() == before


def _note_opened(opened: list[bytes], event: str, given: tuple[object, ...]) -> None:
    if event == "open" and isinstance(given[0], str | bytes):
        opened.append(os.fsencode(given[0]))


def test_json_says_what_came_of_every_file(library: CommandInProcess, media: Path) -> None:
    added = library("add-asset", "--json", media / "notes.txt", media / "missing.txt")
    said = {one["path"]: one for one in added.json}
    known, missing = said[str(media / "notes.txt")], said[str(media / "missing.txt")]
    assert known["status"] == "new"
    assert known["entity"] == 1
    assert known["sha256"] == sha256((media / "notes.txt").read_bytes())
    assert known["error"] is None
    assert (missing["status"], missing["entity"], missing["sha256"]) == ("failed", None, None)
    assert missing["error"] == "no such file or directory"


def test_the_same_bytes_under_a_second_name_become_a_place_of_the_same_entity(
    filled: CommandInProcess, media: Path
) -> None:
    data = (media / "lake.jpg").read_bytes()
    copy = write(media / "copies" / "see.jpeg", data)
    line = filled("add-asset", copy).stdout
    assert line.startswith("duplicate ")
    (found,) = filled("find-file-by-hash", "--json", sha256(data)).json
    assert paths_of(found) == {str(media / "lake.jpg"), str(copy)}
    people = filled("find-file-by-hash", sha256(data)).stdout
    assert f"path    {media / 'lake.jpg'}\n" in people
    assert f"path    {copy}\n" in people


def test_two_equal_files_in_one_go_are_one_new_and_one_duplicate(
    library: CommandInProcess, tmp_path: Path
) -> None:
    write(tmp_path / "in" / "a.txt", b"equal")
    write(tmp_path / "in" / "b.txt", b"equal")
    added = add(library, "-r", tmp_path / "in")
    assert (added["a.txt"]["status"], added["b.txt"]["status"]) == ("new", "duplicate")
    assert added["a.txt"]["entity"] == added["b.txt"]["entity"]


def test_a_file_that_is_named_twice_counts_twice_but_has_one_place(
    library: CommandInProcess, media: Path
) -> None:
    added = library("add-asset", media / "notes.txt", media / "notes.txt", media / "." / "notes.txt")
    assert counts(added)["seen"] == 3
    assert (counts(added)["new"], counts(added)["unchanged"]) == (1, 2)
    assert len(show(library, 1)["locations"]) == 1


def test_a_file_that_was_edited_closes_its_old_place_and_opens_one_on_the_new_content(
    filled: CommandInProcess, media: Path
) -> None:
    file = media / "notes.txt"
    old = sha256(file.read_bytes())
    file.write_bytes(b"the hill only")
    edited = add(filled, file)["notes.txt"]
    assert edited["status"] == "new"
    assert paths_of(show(filled, edited["entity"])) == {str(file)}
    before = show(filled, old)
    assert before["locations"] == []
    assert before["in_store"] is True
    (closed,) = before["components"]["FileLocation"]
    assert closed["closed_at"] is not None


def test_content_that_comes_back_opens_a_new_place(filled: CommandInProcess, media: Path) -> None:
    file = media / "notes.txt"
    first = file.read_bytes()
    file.write_bytes(b"something else")
    add(filled, file)
    file.write_bytes(first)
    assert add(filled, file)["notes.txt"]["status"] == "duplicate"
    back = show(filled, sha256(first))
    assert paths_of(back) == {str(file)}
    assert len(back["components"]["FileLocation"]) == 2


def test_a_file_that_was_renamed_is_found_under_both_names(filled: CommandInProcess, media: Path) -> None:
    (media / "hill.png").rename(media / "mountain.png")
    renamed = add(filled, media / "mountain.png")["mountain.png"]
    assert renamed["status"] == "duplicate"
    (found,) = filled("find-file-by-hash", "--json", "-f", media / "mountain.png").json
    assert paths_of(found) == {str(media / "hill.png"), str(media / "mountain.png")}


def test_the_same_content_under_a_new_extension_is_looked_at_again_and_nothing_else_is(
    library: CommandInProcess, tmp_path: Path
) -> None:
    picture = encoded(photo(3), "TGA")  # Without its extension nothing tells what it is.
    add(library, write(tmp_path / "picture", picture))
    assert show(library, 1)["media_type"] == "application/octet-stream"
    assert outcomes(library, 1) == {"kind.recognise": "nothing"}
    assert add(library, write(tmp_path / "picture.tga", picture))["picture.tga"]["status"] == "duplicate"
    now = show(library, 1)
    assert now["media_type"] == "image/x-tga"
    assert {"ImagePHash", "Preview", "Dimensions"} <= set(now["components"])
    assert len(now["locations"]) == 2


def test_a_picture_that_a_decoder_refuses_is_new_all_the_same(
    library: CommandInProcess, tmp_path: Path
) -> None:
    half = encoded(photo(4), "PNG")[:2000]
    added = library("add-asset", write(tmp_path / "half.png", half))
    assert added.exit_code == 0
    assert added.stdout.startswith("new ")
    assert "with problems" in added.stdout
    assert "0 failed (1 with problems: see show)" in added.stderr
    assert "image.make_preview  failed: truncated" in library("show", "1").stdout
    assert library("get", "1", "-o", tmp_path / "back.png").exit_code == 0
    assert (tmp_path / "back.png").read_bytes() == half


def test_a_damaged_copy_in_the_store_is_healed_by_adding_the_file_again(
    filled: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    data = (media / "hill.png").read_bytes()
    stored = next((tmp_path / "store" / "objects").rglob(sha256(data)))
    stored.chmod(0o644)
    os.truncate(stored, 10)
    healed = filled("add-asset", write(tmp_path / "again.png", data))
    assert healed.exit_code == 4
    assert "healed: the copy in the store was damaged or missing" in healed.stdout
    assert stored.read_bytes() == data


def test_nothing_to_add_is_a_usage_error(library: CommandInProcess) -> None:
    refused = library("add-asset")
    assert refused.exit_code == 2
    assert "nothing to add: no path was given" in refused.stderr
    assert library("add-asset", "--no-such-option", "x").exit_code == 2


def test_of_very_many_unchanged_files_none_is_forgotten(library: CommandInProcess, tmp_path: Path) -> None:
    count = 2600
    for number in range(count):
        write(tmp_path / "in" / str(number % 7) / f"{number}.txt", b"%d" % number)
    assert counts(library("add-asset", "-r", "--no-copy", tmp_path / "in"))["new"] == count
    assert counts(library("add-asset", "-r", tmp_path / "in"))["duplicate"] == count
    again = library("add-asset", "-r", tmp_path / "in")
    assert (counts(again)["seen"], counts(again)["unchanged"]) == (count, count)
    assert again.stdout == ""
