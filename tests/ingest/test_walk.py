"""A walk says something about every name, follows nothing, and never stops half-way."""

import os
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.ingest.listing import Candidate, FoundKind
from dam.ingest.own_files import OwnFiles
from dam.ingest.walk import LISTING_FILES
from dam.services.stores.local_store import create_store
from tests.ingest.walking import candidates_of, found_in, found_in_named, touch, walk, walk_listings
from tests.services.deep_trees import make_deep_folder, remove_deep_folder
from tests.services.processes import own_mounts, run_python, run_python_unprivileged, strace

WALK = """
import os, sys
from tests.ingest.walking import walk
for found in walk(os.fsencode(sys.argv[1])):
    path = os.path.relpath(os.fsdecode(found.path), sys.argv[1])
    print(found.verdict.value, path, found.reason or "", sep="|")
"""


def paths(found: Iterable[Candidate]) -> list[bytes]:
    return [one.path for one in found]


def test_it_finds_every_file_at_every_level(tmp_path: Path) -> None:
    touch(tmp_path / "a", tmp_path / "b/c", tmp_path / "b/d/e/f", tmp_path / ".hidden/.file")
    (tmp_path / "empty").mkdir()
    file = ("file", "")
    assert found_in(tmp_path) == {"a": file, "b/c": file, "b/d/e/f": file, ".hidden/.file": file}


def test_the_order_is_that_of_the_bytes_and_a_folders_files_come_first(tmp_path: Path) -> None:
    names = [b"B", b"a", b"a b", b"a.b", b"a/z", b"a0/y", b"\xc3\xa9", b"\xff/x", b"z"]
    top = os.fsencode(tmp_path)
    for name in names:
        if b"/" in name:
            folder = top + b"/" + name.split(b"/")[0]
            if os.path.exists(folder):
                os.unlink(folder)
            os.makedirs(folder)
        with open(top + b"/" + name, "wb"):
            pass
    expected = [b"B", b"a b", b"a.b", b"z", b"\xc3\xa9", b"a/z", b"a0/y", b"\xff/x"]
    assert paths(walk(top)) == [top + b"/" + name for name in expected]


def test_the_facts_come_with_the_file(tmp_path: Path) -> None:
    touch(tmp_path / "file")
    (listing,) = walk_listings(os.fsencode(tmp_path))
    assert listing.files == [(b"file", os.stat(tmp_path / "file"))]


names = st.binary(min_size=1, max_size=255).filter(lambda name: not {0, 47} & set(name) and name.strip(b"."))


@given(st.sets(names, max_size=8))
def test_no_name_is_lost_whatever_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, names: set[bytes]
) -> None:
    top = os.fsencode(tmp_path_factory.mktemp("names"))
    for name in names:
        with open(top + b"/" + name, "wb"):
            pass
    assert paths(walk(top, ignore=False)) == [top + b"/" + name for name in sorted(names)]


def test_links_are_skipped_wherever_they_lead(tmp_path: Path) -> None:
    touch(tmp_path / "outside/secret", tmp_path / "top/file")
    links = {"to file": "file", "to folder": "../outside", "dangling": "nowhere", "loop": "loop", "up": ".."}
    for name, target in links.items():
        (tmp_path / "top" / name).symlink_to(target)
    skipped = dict.fromkeys(links, ("skipped", "is a symbolic link"))
    assert found_in(tmp_path / "top") == {"file": ("file", ""), **skipped}


def test_what_is_no_file_is_skipped_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        expected = {"pipe": ("skipped", "is a named pipe"), "socket": ("skipped", "is a socket")}
        assert found_in(tmp_path) == expected


def test_a_folder_that_cannot_be_read_is_failed_and_the_rest_is_found(tmp_path: Path) -> None:
    touch(tmp_path / "closed/a", tmp_path / "listed only/b", tmp_path / "open/c")
    (tmp_path / "closed").chmod(0o300)
    (tmp_path / "listed only").chmod(0o400)
    result = run_python_unprivileged(WALK, tmp_path)
    assert result.stdout.splitlines() == [
        "failed|closed|permission denied",
        "failed|listed only/b|permission denied",
        "file|open/c|",
    ], result.stderr


def test_a_folder_that_cannot_be_listed_is_failed(tmp_path: Path) -> None:
    touch(tmp_path / "bad/a", tmp_path / "good/b")
    inject = strace("-o", "/dev/null", "-P", str(tmp_path / "bad"), "-e", "inject=getdents64:error=EIO")
    result = run_python(WALK, tmp_path, before=inject)
    assert result.stdout.splitlines() == ["failed|bad|input/output error", "file|good/b|"], result.stderr


class TestTheTopItself:
    def test_a_missing_one_is_failed(self, tmp_path: Path) -> None:
        assert found_in(tmp_path / "no") == {".": ("failed", "no such file or directory")}

    def test_a_link_to_a_folder_is_followed_and_stays_in_the_path(self, tmp_path: Path) -> None:
        touch(tmp_path / "real/folder/file")
        (tmp_path / "link").symlink_to("real")
        top = os.fsencode(tmp_path / "link")
        assert paths(walk(top)) == [top + b"/folder/file"]
        assert paths(walk(top + b"/folder")) == [top + b"/folder/file"]

    def test_what_is_told_of_it_counts_as_named(self, tmp_path: Path) -> None:
        (told,) = walk(os.fsencode(tmp_path / "no"))
        assert told.named


class TestTheLibraryItself:
    @pytest.fixture
    def top(self, tmp_path: Path) -> Path:
        self.store = create_store(str(tmp_path / "photos/.store"), "u")
        self.store.publish([self.store.stage([b"an original"])])
        touch(tmp_path / "photos/mine", tmp_path / "photos/dam.db", tmp_path / "photos/dam.db-wal")
        self.own = OwnFiles(self.store.identity(), os.fsencode(tmp_path / "photos/dam.db"))
        return tmp_path / "photos"

    def test_the_store_is_left_out_without_a_word_and_the_database_with_one(self, top: Path) -> None:
        ours = ("skipped", "is part of the library itself")
        assert found_in(top, self.own) == {"mine": ("file", ""), "dam.db": ours, "dam.db-wal": ours}

    def test_what_the_database_makes_beside_itself_during_the_walk_is_ours_too(self, top: Path) -> None:
        touch(top.parent / "first")
        walked = walk_listings(os.fsencode(top.parent), self.own)
        next(walked)
        touch(top / "dam.db-journal")
        (listing,) = walked
        assert [name for name, _ in listing.files] == [b"mine"]
        assert os.fsencode(top / "dam.db-journal") in paths(listing.others)

    def test_another_name_of_the_database_is_ours_in_any_folder(self, top: Path) -> None:
        (top / "inner").mkdir()
        (top / "inner/hard.db").hardlink_to(top / "dam.db")
        assert found_in(top / "inner", self.own) == {"hard.db": ("skipped", "is part of the library itself")}

    @pytest.mark.parametrize("inside", ["", "objects", "dam-store.json", "{object}", "{folder}", "../dam.db"])
    def test_naming_it_is_refused(self, inside: str, top: Path) -> None:
        (kept,) = [path for path in Path(self.store.root, "objects").rglob("*") if path.is_file()]
        place = Path(os.path.normpath(Path(self.store.root, inside.format(object=kept, folder=kept.parent))))
        assert found_in_named(place, self.own) == {".": ("skipped", "is part of the library itself")}

    def test_naming_it_by_way_of_a_link_is_refused_too(self, top: Path, tmp_path: Path) -> None:
        (tmp_path / "alias").symlink_to(next(Path(self.store.root, "objects").iterdir()))
        (inner,) = os.listdir(tmp_path / "alias")
        for path in (tmp_path / "alias", tmp_path / "alias" / inner):
            assert found_in_named(path, self.own) == {".": ("skipped", "is part of the library itself")}

    def test_links_that_are_followed_do_not_lead_there(self, top: Path, tmp_path: Path) -> None:
        (kept,) = [path for path in Path(self.store.root, "objects").rglob("*") if path.is_file()]
        root = Path(self.store.root)
        links = {"store": root, "fan": kept.parent, "original": kept, "db": top / "dam.db"}
        (tmp_path / "links").mkdir()
        for name, target in links.items():
            (tmp_path / "links" / name).symlink_to(target)
        ours = ("skipped", "is part of the library itself")
        assert found_in(tmp_path / "links", self.own, follow_links=True) == dict.fromkeys(links, ours)


class TestFollowingLinks:
    def test_a_linked_file_is_found_under_the_links_name_with_the_files_facts(self, tmp_path: Path) -> None:
        touch(tmp_path / "outside/file", tmp_path / "top/plain")
        (tmp_path / "top/link").symlink_to("../outside/file")
        (listing,) = walk_listings(os.fsencode(tmp_path / "top"), follow_links=True)
        assert [name for name, _ in listing.files] == [b"link", b"plain"]
        assert listing.files[0][1] == os.stat(tmp_path / "outside/file")

    def test_a_linked_folder_is_entered_in_its_turn(self, tmp_path: Path) -> None:
        touch(tmp_path / "outside/x", tmp_path / "top/a/1", tmp_path / "top/c/2")
        top = os.fsencode(tmp_path / "top")
        (tmp_path / "top/b").symlink_to(tmp_path / "outside")
        assert paths(walk(top, follow_links=True)) == [top + b"/a/1", top + b"/b/x", top + b"/c/2"]

    def test_a_loop_ends_and_says_so(self, tmp_path: Path) -> None:
        touch(tmp_path / "top/a/file")
        (tmp_path / "top/a/up").symlink_to("..")
        (tmp_path / "top/self").symlink_to(".")
        loop = ("skipped", "is a folder that holds itself")
        expected = {"a/file": ("file", ""), "a/up": loop, "self": loop}
        assert found_in(tmp_path / "top", follow_links=True) == expected

    def test_what_leads_nowhere_is_skipped_with_the_reason(self, tmp_path: Path) -> None:
        links = {"dangling": "nowhere", "loop": "loop", "through": "file/x", "device": "/dev/null"}
        touch(tmp_path / "file")
        for name, target in links.items():
            (tmp_path / name).symlink_to(target)
        assert found_in(tmp_path, follow_links=True) == {
            "dangling": ("skipped", "is a symbolic link to nothing"),
            "device": ("skipped", "is a character device"),
            "file": ("file", ""),
            "loop": ("skipped", "is a symbolic link to itself"),
            "through": ("skipped", "is a symbolic link to nothing"),
        }

    def test_it_sees_what_find_sees(self, tmp_path: Path) -> None:
        touch(*[tmp_path / "top" / name for name in ("a/1", "a/b/2", "c/3")], tmp_path / "outside/d/4")
        for name, target in {"a/o": "../../outside", "c/up": "../..", "f": "a/1", "no": "no"}.items():
            (tmp_path / "top" / name).symlink_to(target)
        top = os.fsencode(tmp_path / "top")
        printed = subprocess.run(
            ["find", "-L", top, "-type", "f", "-print0"], capture_output=True, check=False
        )
        found = [one.path for one in walk(top, follow_links=True) if one.verdict is FoundKind.FILE]
        assert sorted(found) == sorted(printed.stdout.split(b"\0")[:-1])


class TestSizeAndDepth:
    def test_a_tree_two_thousand_deep_is_walked(self, tmp_path: Path) -> None:
        top = os.fsencode(tmp_path)
        deepest = make_deep_folder(top, b"dddd", 2000)
        assert len(deepest) > 2 * 4096
        assert paths(walk(top)) == []
        self.add_file(top, b"dddd")
        assert paths(walk(top)) == [deepest + b"/file"]
        assert paths(walk(deepest)) == [deepest + b"/file"]
        remove_deep_folder(top, b"dddd")

    def add_file(self, top: bytes, name: bytes) -> None:
        descriptor = os.open(top, os.O_PATH)
        for _ in range(2000):
            inner = os.open(name, os.O_PATH, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(os.open(b"file", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)

    def test_it_finds_as_many_names_as_find(self, tmp_path: Path) -> None:
        top = os.fsencode(tmp_path)
        make_deep_folder(top, b"n" * 255, 24)
        self_made = make_deep_folder(top, b"m" * 255, 3)
        for number in range(500):
            with open(self_made + b"/%d" % number, "wb"):
                pass
        printed = subprocess.run(["find", top, "-type", "f", "-print0"], capture_output=True, check=True)
        assert sorted(paths(walk(top))) == sorted(printed.stdout.split(b"\0")[:-1])
        remove_deep_folder(top, b"n" * 255)

    def test_one_folder_is_open_at_a_time_and_none_after(self, tmp_path: Path) -> None:
        touch(*[tmp_path / "/".join("abcdefghij"[: depth + 1]) / "file" for depth in range(10)])
        before = len(os.listdir("/proc/self/fd"))
        during = [len(os.listdir("/proc/self/fd")) for _ in walk_listings(os.fsencode(tmp_path))]
        assert during == [before + 1] * 10
        assert len(os.listdir("/proc/self/fd")) == before
        abandoned = walk_listings(os.fsencode(tmp_path))
        next(abandoned)
        abandoned.close()
        assert len(os.listdir("/proc/self/fd")) == before

    def test_a_large_folder_comes_in_parts_that_keep_the_order(self, tmp_path: Path) -> None:
        names = [b"%06d" % number for number in range(2 * LISTING_FILES + 1)]
        for name in names:
            os.mknod(os.path.join(os.fsencode(tmp_path), name))
        parts = list(walk_listings(os.fsencode(tmp_path)))
        assert [len(part.files) for part in parts] == [LISTING_FILES, LISTING_FILES, 1]
        assert [name for part in parts for name, _ in part.files] == names

    def test_a_folder_mounted_into_itself_is_not_walked_round_and_round(self, tmp_path: Path) -> None:
        touch(tmp_path / "top/file")
        (tmp_path / "top/again").mkdir()
        bind = 'mount --bind "$0" "$0/again" && exec "$@"'
        result = run_python(
            WALK, tmp_path / "top", before=(*own_mounts(), "sh", "-c", bind, str(tmp_path / "top"))
        )
        assert result.stdout.splitlines() == ["file|file|", "skipped|again|is a folder that holds itself"]


class TestATreeThatChangesDuringTheWalk:
    def test_what_vanishes_is_failed(self, tmp_path: Path) -> None:
        names = [b"%06d" % number for number in range(LISTING_FILES + 2)]
        for name in names:
            os.mknod(os.path.join(os.fsencode(tmp_path), name))
        walked = walk_listings(os.fsencode(tmp_path))
        next(walked)
        (tmp_path / os.fsdecode(names[-2])).unlink()
        (rest,) = walked
        assert [name for name, _ in rest.files] == names[-1:]
        (vanished,) = rest.others
        assert (vanished.verdict, vanished.reason) == (FoundKind.FAILED, "no such file or directory")
        assert vanished.path == os.path.join(os.fsencode(tmp_path), names[-2])

    def test_a_folder_that_vanishes_is_failed(self, tmp_path: Path) -> None:
        touch(tmp_path / "a/file", tmp_path / "b/file")
        walked = walk_listings(os.fsencode(tmp_path))
        next(walked)
        (tmp_path / "b/file").unlink()
        (tmp_path / "b").rmdir()
        (found,) = [one for listing in walked for one in candidates_of(listing)]
        assert (found.verdict, found.reason) == (FoundKind.FAILED, "no such file or directory")

    def test_a_folder_swapped_for_a_link_leads_nowhere(self, tmp_path: Path) -> None:
        touch(tmp_path / "top/a/file", tmp_path / "top/b/file", tmp_path / "outside/secret")
        walked = walk_listings(os.fsencode(tmp_path / "top"))
        next(walked)
        (tmp_path / "top/b").rename(tmp_path / "moved")
        (tmp_path / "top/b").symlink_to(tmp_path / "outside")
        (found,) = [one for listing in walked for one in candidates_of(listing)]
        assert (found.verdict, found.path) == (FoundKind.FAILED, os.fsencode(tmp_path / "top/b"))

    def test_a_link_put_on_the_way_to_a_folder_leads_nowhere(self, tmp_path: Path) -> None:
        touch(tmp_path / "top/b/file", tmp_path / "top/b/inner/file", tmp_path / "outside/inner/secret")
        walked = walk_listings(os.fsencode(tmp_path / "top"))
        next(walked)
        (tmp_path / "top/b").rename(tmp_path / "moved")
        (tmp_path / "top/b").symlink_to(tmp_path / "outside")
        (found,) = [one for listing in walked for one in candidates_of(listing)]
        assert (found.verdict, found.reason) == (FoundKind.FAILED, "was replaced while it was being walked")
