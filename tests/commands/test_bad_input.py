"""Bad input to `add-asset`: a bad file never stops the others, and each gets its reason."""

import os
import shutil
import socket
from pathlib import Path
from random import Random

import pytest

from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, counts, paths_of, sha256, show, write


@pytest.fixture
def special(tmp_path: Path) -> Path:
    """A folder with one good file among everything that is no file."""
    folder = tmp_path / "special"
    write(folder / "good.txt", b"good")
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
    (folder / "broken").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    (folder / "to-file").symlink_to("good.txt")
    (folder / "to-folder").symlink_to(".")
    return folder


REASONS = {
    "fifo": "is a named pipe",
    "socket": "is a socket",
    "broken": "is a symbolic link",
    "loop": "is a symbolic link",
    "to-file": "is a symbolic link",
    "to-folder": "is a symbolic link",
}


def test_a_missing_path_and_a_folder_without_recursive_fail_and_the_rest_goes_on(
    library: CommandInProcess, media: Path
) -> None:
    added = library("add-asset", media / "missing", media, media / "notes.txt")
    assert added.exit_code == 3
    assert f"{media}/missing: no such file or directory" in added.stdout
    assert f"{media}: is a folder" in added.stdout
    assert ": add what is in it with -r" in added.stderr
    assert added.stdout.splitlines()[2].startswith("new ")
    assert added.stderr.endswith("3 seen: 1 new, 0 duplicate, 0 unchanged, 0 skipped, 2 failed\n")


def test_what_is_no_file_is_skipped_without_a_hang_when_it_is_found(
    library: CommandInProcess, special: Path
) -> None:
    added = library("add-asset", "--json", "-r", special)
    assert added.exit_code == 0
    assert {
        os.path.basename(one["path"]): one["error"] for one in added.json if one["status"] == "skipped"
    } == REASONS
    assert (counts(added)["new"], counts(added)["skipped"]) == (1, 6)


def test_what_is_no_file_is_skipped_and_told_by_the_exit_code_when_it_is_named(
    library: CommandInProcess, special: Path
) -> None:
    for name, reason in REASONS.items():
        if name == "to-folder":
            continue
        refused = library("add-asset", "-r", special / name)
        assert refused.exit_code == 3, name
        assert refused.stdout.startswith("skipped ")
        assert refused.stdout.endswith(f"{name}: {reason}\n")


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
def test_a_device_is_skipped_and_never_read(library: CommandInProcess, device: str) -> None:
    refused = library("add-asset", device)
    assert refused.exit_code == 3
    assert "is a character device" in refused.stdout


def test_a_link_to_a_folder_is_followed_only_when_it_is_named(
    library: CommandInProcess, special: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to("special")
    added = library("add-asset", "--json", "-r", tmp_path / "link")
    assert added.exit_code == 0
    assert [one["path"] for one in added.json if one["status"] == "new"] == [
        str(tmp_path / "link" / "good.txt")
    ]


def test_an_empty_file_is_a_normal_asset(library: CommandInProcess, tmp_path: Path) -> None:
    assert add(library, write(tmp_path / "empty", b""))["empty"]["status"] == "new"
    (found,) = library("find-file-by-hash", "--json", sha256(b"")).json
    assert (found["size"], found["in_store"], found["media_type"]) == (0, True, "application/octet-stream")
    assert library("find-file-by-hash", sha256(b"")).stdout.splitlines()[3] == "  size    0"


NAMES = [
    b"two\nlines",
    b"\ttab and \x1b[31mcolour\x7f",
    b"--recursive",
    b"-r",
    b"n" * 255,
    b"latin-1 \xe9t\xe9",
    b"\xff\xfe",
    "ünïcödé 日本 \N{GRINNING FACE}".encode(),
    b"back\\slash",
    b" ",
    b"semi;colon: colon",
]


def test_any_name_is_accepted_shown_escaped_and_comes_back_whole_from_json(
    library: CommandInProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    for name in NAMES:
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(name)
    added = library("add-asset", "--", *NAMES, cwd=folder)
    assert added.exit_code == 0
    assert len(added.stdout.splitlines()) == len(NAMES)
    assert added.stdout.isprintable() or "\x1b" not in added.stdout
    for shown in (r"two\x0alines", r"\x1b[31mcolour\x7f", r"latin-1 \xe9t\xe9", r"back\\slash", "日本"):
        assert shown in added.stdout
    for name in NAMES:
        path = os.fsencode(folder) + b"/" + name
        (found,) = library("find-file-by-hash", "--json", sha256(name)).json
        assert {os.fsencode(place) for place in paths_of(found)} == {path}
        asset = show(library, os.fsdecode(path))
        assert os.fsencode(asset["components"]["FileLocation"][0]["path"]) == path
        assert os.fsencode(asset["components"]["FileProperties"][0]["original_name"]) == name
        assert library("find-file-by-hash", "-f", path).exit_code == 0
    again = library("add-asset", "--json", "-r", folder)
    assert {os.fsencode(one["path"]) for one in again.json} == {os.fsencode(folder) + b"/" + n for n in NAMES}


@pytest.mark.parametrize("are_alike", [True, False], ids=["alike", "unlike"])
def test_a_tree_deeper_than_any_path_can_be_is_added_whole(
    library: CommandInProcess, tmp_path: Path, are_alike: bool
) -> None:
    top = os.fsencode(tmp_path / "deep")
    random = Random(1)
    names = [b"n" * 250 if are_alike else bytes(random.choices(range(128, 256), k=250)) for _ in range(20)]
    try:
        bottom = write_deep_down(top, names, b"deep down")
        added = library("add-asset", "--json", "-r", top)
        assert added.exit_code == 0, added.stderr
        assert [os.fsencode(one["path"]) for one in added.json] == [bottom]
        assert library("get", sha256(b"deep down")).stdout == "deep down"
        assert paths_of(show(library, 1)) == {os.fsdecode(bottom)}
        assert add(library, "-r", top)["bottom"]["status"] == "unchanged"
    finally:
        shutil.rmtree(top)


def write_deep_down(top: bytes, names: list[bytes], data: bytes) -> bytes:
    """Make folders inside each other, and a file `bottom` in the last; return its path."""
    os.mkdir(top)
    descriptor = os.open(top, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=descriptor)
        inner = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    with open(os.open(b"bottom", os.O_WRONLY | os.O_CREAT, dir_fd=descriptor), "wb") as file:
        file.write(data)
    os.close(descriptor)
    return b"/".join((top, *names, b"bottom"))


def test_what_may_not_be_read_fails_and_the_rest_goes_on(unprivileged: CommandProcess, media: Path) -> None:
    write(media / "secret.txt", b"secret").chmod(0)
    write(media / "closed" / "inside.txt", b"inside").parent.chmod(0)
    added = unprivileged("add-asset", "--json", "-r", media)
    (media / "closed").chmod(0o755)
    assert added.exit_code == 3
    failed = {one["path"]: one["error"] for one in added.json if one["status"] == "failed"}
    assert failed == {
        str(media / "secret.txt"): "permission denied",
        str(media / "closed"): "permission denied",
    }
    assert counts(added)["new"] == 4
    assert unprivileged("find-file-by-hash", "-f", media / "secret.txt").exit_code == 2
    assert unprivileged("find-similar-images", media / "secret.txt").exit_code == 2
    assert unprivileged("show", media / "secret.txt").exit_code == 1


def test_a_file_that_never_holds_still_fails_with_the_reason(library: CommandInProcess) -> None:
    refused = library("add-asset", "/proc/self/status")
    assert refused.exit_code == 3
    assert refused.stdout.startswith("failed ")
    assert "unstable size" in refused.stdout
