"""Paths that are named come as they were named, those of a folder together."""

import os
from pathlib import Path

import pytest

from dam.ingest.discovery import listings
from dam.ingest.listing import FoundKind, Listing
from dam.ingest.own_files import OwnFiles
from tests.ingest.walking import NOTHING_OF_OURS, touch


def named(*paths: Path | bytes, recursive: bool = True, follow_links: bool = False) -> list[Listing]:
    encoded = [os.fsencode(path) for path in paths]
    return list(listings(encoded, NOTHING_OF_OURS, recursive=recursive, follow_links=follow_links))


def names_of(listing: Listing) -> list[bytes]:
    return [name for name, _ in listing.files]


def test_neighbours_come_together_in_the_order_of_naming(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a/2", "a/1", "b/3", "a/4")]
    touch(*files)
    found = named(*files)
    assert [names_of(one) for one in found] == [[b"2", b"1"], [b"3"], [b"4"]]
    assert [one.folder for one in found] == [os.fsencode(tmp_path / name) for name in "aba"]
    assert found[0].files[0][1] == os.lstat(files[0])
    assert all(one.named for one in found)


def test_a_name_given_twice_comes_twice(tmp_path: Path) -> None:
    touch(tmp_path / "a", tmp_path / "b")
    paths = [tmp_path / name for name in "abba"]
    assert [names_of(one) for one in named(*paths)] == [[b"a", b"b"], [b"b", b"a"]]


def test_however_long_the_list_a_listing_is_not(tmp_path: Path) -> None:
    files = [tmp_path / f"{number:04}" for number in range(600)]
    touch(*files)
    found = named(*files)
    assert [len(one.files) for one in found] == [256, 256, 88]
    assert [name for one in found for name in names_of(one)] == [os.fsencode(file.name) for file in files]


def test_a_folder_among_files_is_walked_in_its_turn(tmp_path: Path) -> None:
    touch(tmp_path / "a", tmp_path / "b", tmp_path / "c/d")
    found = named(tmp_path / "a", tmp_path / "c", tmp_path / "b")
    assert [(names_of(one), one.named) for one in found] == [([b"a"], True), ([b"d"], False), ([b"b"], True)]


def test_a_folder_needs_the_users_word(tmp_path: Path) -> None:
    (listing,) = named(tmp_path, recursive=False)
    (one,) = listing.others
    assert (one.verdict, one.reason, one.hint) == (
        FoundKind.FAILED,
        "is a folder",
        "add what is in it with -r",
    )


@pytest.mark.parametrize("path", [b"file", b"./file", b"folder/../file", b"folder//../file", b".//file"])
def test_paths_are_made_absolute_as_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    touch(tmp_path / "file", tmp_path / "folder/other")
    monkeypatch.chdir(tmp_path)
    (listing,) = named(path)
    assert (listing.folder, names_of(listing)) == (os.fsencode(tmp_path), [b"file"])


def test_a_way_up_through_a_link_leads_where_the_system_says(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere/inner/x", tmp_path / "elsewhere/file", tmp_path / "file", tmp_path / "y")
    (tmp_path / "link").symlink_to("elsewhere/inner")
    up = os.fsencode(tmp_path / "link") + b"/../"
    (listing,) = named(up + b"file")
    assert listing.folder == os.fsencode(tmp_path / "elsewhere")


def test_links_are_skipped_unless_they_are_to_be_followed(tmp_path: Path) -> None:
    touch(tmp_path / "file")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    links = [tmp_path / "link", tmp_path / "dangling"]

    (listing,) = named(*links)
    assert listing.files == []
    assert [(one.reason, one.hint) for one in listing.others] == [
        ("is a symbolic link", "add the file that it points to"),
        ("is a symbolic link", None),
    ]
    (listing,) = named(*links, follow_links=True)
    assert listing.files == [(b"link", os.stat(tmp_path / "file"))]
    assert [one.reason for one in listing.others] == ["is a symbolic link to nothing"]


@pytest.mark.parametrize("path", [b"", b"no", b"no/no", b"with\0nul", b"file/"])
def test_what_is_not_there_is_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    (listing,) = named(path)
    (one,) = listing.others
    assert one.verdict is FoundKind.FAILED
    assert one.named


def test_a_store_that_is_a_single_file_is_ours_and_its_neighbours_are_not(tmp_path: Path) -> None:
    touch(tmp_path / "store", tmp_path / "mine")
    status = os.stat(tmp_path / "store")
    own = OwnFiles(frozenset({(status.st_dev, status.st_ino)}), None)
    paths = [os.fsencode(tmp_path / name) for name in ("store", "mine", "store")]
    first, second = listings(paths, own, recursive=True)
    assert (names_of(first), names_of(second)) == ([b"mine"], [])
    assert [one.reason for one in first.others + second.others] == ["is part of the library itself"] * 2
    (listing,) = listings([os.fsencode(tmp_path)], own, recursive=True)
    assert (names_of(listing), listing.others) == ([b"mine"], [])
