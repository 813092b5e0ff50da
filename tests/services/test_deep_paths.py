import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.services.deep_paths import open_path, stat_path
from tests.services.deep_trees import make_deep_folder, remove_deep_folder

PART = b"d" * 200


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[bytes]:
    yield make_deep_folder(os.fsencode(tmp_path), PART, 30)
    remove_deep_folder(os.fsencode(tmp_path), PART)


def test_a_file_beyond_path_max_is_written_and_read(deep: bytes) -> None:
    path = deep + b"/file"
    assert len(path) > 6000
    with pytest.raises(OSError, match="too long"):
        os.open(path, os.O_RDONLY)
    with os.fdopen(open_path(path, os.O_WRONLY | os.O_CREAT), "wb") as file:
        file.write(b"deep down")
    with os.fdopen(open_path(path, os.O_RDONLY), "rb") as file:
        assert file.read() == b"deep down"
    assert stat_path(path).st_size == len(b"deep down")


def test_a_deep_path_can_start_at_a_folder(deep: bytes, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_PATH)
    relative = deep[len(os.fsencode(tmp_path)) + 1 :]
    assert stat_path(relative, dir_fd=descriptor) == stat_path(deep)
    os.close(descriptor)


def test_links_on_the_way_are_followed_and_the_last_one_as_told(deep: bytes, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(os.fsdecode(PART))
    through = os.fsencode(tmp_path) + b"/way" + deep[len(os.fsencode(tmp_path)) + 1 + len(PART) :]
    folder = open_path(deep, os.O_RDONLY | os.O_DIRECTORY)
    os.symlink(b"nowhere", b"link", dir_fd=folder)
    os.close(folder)
    assert stat_path(through + b"/link").st_size == len(b"nowhere")
    with pytest.raises(FileNotFoundError):
        stat_path(through + b"/link", follow_symlinks=True)
    with pytest.raises(OSError, match="symbolic links"):
        open_path(through + b"/link", os.O_RDONLY | os.O_NOFOLLOW)


def test_no_descriptor_is_left_open_or_inherited(deep: bytes) -> None:
    before = os.listdir("/proc/self/fd")
    for path in (deep, deep + b"/missing", deep[:5000] + b"/missing" + deep[5000:]):
        try:
            descriptor = open_path(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        assert not os.get_inheritable(descriptor)
        os.close(descriptor)
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("path", [b"x" * 5000, b"/" + b"x" * 5000, b"a/" + b"x" * 256])
def test_a_name_that_no_file_can_have_is_too_long(path: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    descriptor = os.open(tmp_path, os.O_PATH)
    with pytest.raises(OSError, match="too long") as caught:
        open_path(path, os.O_RDONLY, dir_fd=descriptor)
    assert caught.value.errno == errno.ENAMETOOLONG
    os.close(descriptor)


def test_a_path_with_a_nul_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="NUL"):
        stat_path(b"a\0b")
