"""A walk says something about every name, follows nothing, and never stops half-way."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.ingest.walk import Found, FoundKind, walk
from dam.services.file_facts import FileFacts
from dam.services.stores.local_store import create_store
from tests.services.deep_trees import make_deep_folder, remove_deep_folder
from tests.services.processes import own_mounts, run_python, run_python_unprivileged, strace

WALK = """
import os, sys
from dam.ingest.walk import walk
for found in walk(os.fsencode(sys.argv[1]), skip=lambda status: False):
    print(found.kind.value, os.path.relpath(os.fsdecode(found.path), sys.argv[1]), found.reason, sep="|")
"""


def nothing(status: os.stat_result) -> bool:
    return False


def found_in(top: Path, skip: object = nothing) -> dict[str, tuple[str, str]]:
    assert callable(skip)
    found = list(walk(os.fsencode(top), skip=skip))
    named = {os.path.relpath(os.fsdecode(one.path), top): (one.kind.value, one.reason) for one in found}
    assert len(named) == len(found), "each name once"
    return named


def paths(found: Iterator[Found]) -> list[bytes]:
    return [one.path for one in found]


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")


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
    assert paths(walk(top, skip=nothing)) == [top + b"/" + name for name in expected]


def test_the_facts_come_with_the_file(tmp_path: Path) -> None:
    touch(tmp_path / "file")
    (found,) = walk(os.fsencode(tmp_path), skip=nothing)
    assert found.facts == FileFacts.of(os.stat(tmp_path / "file"))


names = st.binary(min_size=1, max_size=255).filter(lambda name: not {0, 47} & set(name) and name.strip(b"."))


@given(st.sets(names, max_size=8))
def test_no_name_is_lost_whatever_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, names: set[bytes]
) -> None:
    top = os.fsencode(tmp_path_factory.mktemp("names"))
    for name in names:
        with open(top + b"/" + name, "wb"):
            pass
    assert paths(walk(top, skip=nothing)) == [top + b"/" + name for name in sorted(names)]


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
    def test_a_file_is_found(self, tmp_path: Path) -> None:
        touch(tmp_path / "file")
        assert found_in(tmp_path / "file") == {".": ("file", "")}

    def test_a_missing_one_is_failed(self, tmp_path: Path) -> None:
        assert found_in(tmp_path / "no") == {".": ("failed", "no such file or directory")}

    def test_a_device_is_skipped(self) -> None:
        assert found_in(Path("/dev/zero")) == {".": ("skipped", "is a character device")}

    def test_a_link_to_a_folder_is_skipped(self, tmp_path: Path) -> None:
        touch(tmp_path / "folder/file")
        (tmp_path / "link").symlink_to("folder")
        assert found_in(tmp_path / "link") == {".": ("skipped", "is a symbolic link")}

    def test_a_link_on_the_way_is_followed_and_stays_in_the_path(self, tmp_path: Path) -> None:
        touch(tmp_path / "real/folder/file")
        (tmp_path / "link").symlink_to("real")
        top = os.fsencode(tmp_path / "link" / "folder")
        assert paths(walk(top, skip=nothing)) == [top + b"/file"]

    def test_a_relative_one_gives_relative_paths(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        touch(tmp_path / "folder/file")
        monkeypatch.chdir(tmp_path)
        assert paths(walk(b"folder", skip=nothing)) == [b"folder/file"]
        assert paths(walk(b"folder/file", skip=nothing)) == [b"folder/file"]


class TestTheLibraryItself:
    @pytest.fixture
    def top(self, tmp_path: Path) -> Path:
        self.store = create_store(str(tmp_path / "photos/.store"), "u")
        self.store.publish([self.store.stage([b"an original"])])
        touch(tmp_path / "photos/mine", tmp_path / "photos/dam.db")
        return tmp_path / "photos"

    def ours(self, status: os.stat_result) -> bool:
        here = (status.st_dev, status.st_ino)
        database = os.stat(os.path.join(self.store.root, "../dam.db"))
        return here in self.store.identity() or here == (database.st_dev, database.st_ino)

    def test_it_is_left_out_of_a_walk_without_a_word(self, top: Path) -> None:
        assert found_in(top, self.ours) == {"mine": ("file", "")}

    @pytest.mark.parametrize("inside", ["", "objects", "dam-store.json", "{object}", "{folder}", "../dam.db"])
    def test_walking_it_is_refused(self, inside: str, top: Path) -> None:
        (kept,) = [path for path in Path(self.store.root, "objects").rglob("*") if path.is_file()]
        place = Path(self.store.root, inside.format(object=kept, folder=kept.parent))
        assert found_in(place, self.ours) == {".": ("skipped", "is part of the library itself")}

    def test_walking_it_by_way_of_a_link_is_refused_too(self, top: Path, tmp_path: Path) -> None:
        (tmp_path / "alias").symlink_to(next(Path(self.store.root, "objects").iterdir()))
        (inner,) = os.listdir(tmp_path / "alias")
        assert found_in(tmp_path / "alias" / inner, self.ours) == {
            ".": ("skipped", "is part of the library itself")
        }


class TestSizeAndDepth:
    def test_a_tree_two_thousand_deep_is_walked(self, tmp_path: Path) -> None:
        top = os.fsencode(tmp_path)
        deepest = make_deep_folder(top, b"dddd", 2000)
        assert len(deepest) > 2 * 4096
        walked = walk(top, skip=lambda status: False)
        assert paths(walked) == []
        self.add_file(top, b"dddd")
        assert paths(walk(top, skip=nothing)) == [deepest + b"/file"]
        assert paths(walk(deepest, skip=nothing)) == [deepest + b"/file"]
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
        assert sorted(paths(walk(top, skip=nothing))) == sorted(printed.stdout.split(b"\0")[:-1])
        remove_deep_folder(top, b"n" * 255)

    def test_one_folder_is_open_at_a_time_and_none_after(self, tmp_path: Path) -> None:
        touch(*[tmp_path / "/".join("abcdefghij"[: depth + 1]) / "file" for depth in range(10)])
        before = len(os.listdir("/proc/self/fd"))
        during = [len(os.listdir("/proc/self/fd")) for _ in walk(os.fsencode(tmp_path), skip=nothing)]
        assert during == [before + 1] * 10
        assert len(os.listdir("/proc/self/fd")) == before
        abandoned = walk(os.fsencode(tmp_path), skip=nothing)
        next(abandoned)
        abandoned.close()  # type: ignore[attr-defined]  # it is a generator
        assert len(os.listdir("/proc/self/fd")) == before

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
        touch(tmp_path / "a", tmp_path / "b", tmp_path / "c")
        walked = walk(os.fsencode(tmp_path), skip=nothing)
        next(walked)
        (tmp_path / "b").unlink()
        vanished, rest = walked
        assert (vanished.kind, vanished.reason) == (FoundKind.FAILED, "no such file or directory")
        assert (rest.kind, rest.path) == (FoundKind.FILE, os.fsencode(tmp_path / "c"))

    def test_a_folder_that_vanishes_is_failed(self, tmp_path: Path) -> None:
        touch(tmp_path / "a/file", tmp_path / "b/file")
        walked = walk(os.fsencode(tmp_path), skip=nothing)
        next(walked)
        (tmp_path / "b/file").unlink()
        (tmp_path / "b").rmdir()
        (found,) = walked
        assert (found.kind, found.reason) == (FoundKind.FAILED, "no such file or directory")

    def test_a_folder_swapped_for_a_link_leads_nowhere(self, tmp_path: Path) -> None:
        touch(tmp_path / "top/a/file", tmp_path / "top/b/file", tmp_path / "outside/secret")
        walked = walk(os.fsencode(tmp_path / "top"), skip=nothing)
        next(walked)
        (tmp_path / "top/b").rename(tmp_path / "moved")
        (tmp_path / "top/b").symlink_to(tmp_path / "outside")
        (found,) = walked
        assert (found.kind, found.path) == (FoundKind.FAILED, os.fsencode(tmp_path / "top/b"))

    def test_a_link_put_on_the_way_to_a_folder_leads_nowhere(self, tmp_path: Path) -> None:
        touch(tmp_path / "top/b/file", tmp_path / "top/b/inner/file", tmp_path / "outside/inner/secret")
        walked = walk(os.fsencode(tmp_path / "top"), skip=nothing)
        next(walked)
        (tmp_path / "top/b").rename(tmp_path / "moved")
        (tmp_path / "top/b").symlink_to(tmp_path / "outside")
        (found,) = walked
        assert (found.kind, found.reason) == (FoundKind.FAILED, "was replaced while it was being walked")
