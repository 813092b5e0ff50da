"""Files that change while they are added: refused with the reason, or stored as they were at one moment."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.durability.invariants import acknowledgements, broken_laws, leftovers, object_path
from tests.durability.scratch_library import PROGRAM, ScratchLibrary

MEBIBYTE = 1 << 20
ROUNDS = 2
PAUSE = 0.001  # Short against reading the file, long enough for the disk.


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more" * 1000)


def shrink(path: Path) -> None:
    os.truncate(path, max(0, path.stat().st_size - 4096))


def empty_and_fill(path: Path) -> None:
    with path.open("wb") as file:
        file.write(os.urandom(MEBIBYTE))


def overwrite_a_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(1))


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(os.urandom(MEBIBYTE))
    other.rename(path)


@contextmanager
def keep_doing(change: Callable[[Path], None], path: Path) -> Iterator[None]:
    """Change a file again and again for the length of a `with` block."""
    finished = threading.Event()

    def work() -> None:
        while not finished.wait(PAUSE):
            change(path)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


@pytest.mark.parametrize("in_place", [False, True], ids=["copied", "in place"])
@pytest.mark.parametrize("change", [append, shrink, empty_and_fill, overwrite_a_byte, replace])
def test_a_file_that_changes_all_the_time(
    change: Callable[[Path], None], in_place: bool, library: ScratchLibrary, tmp_path: Path
) -> None:
    path, calm = tmp_path / "changing", tmp_path / "calm"
    calm.write_bytes(b"calm")
    options = ["--no-copy"] if in_place else []
    for _ in range(ROUNDS):
        path.write_bytes(os.urandom(8 * MEBIBYTE))
        with keep_doing(change, path):
            result = library.run([PROGRAM, "add-asset", "--json", *options, path, calm])
        assert "Traceback" not in result.stderr
        first, second = acknowledgements(result.stdout)
        assert second["status"] in {"new", "unchanged"}, "one file is not the other one's fault"
        if first["status"] == "failed":
            assert result.exit_code == 3
            assert first["error"] in {"changed while it was being read", "unstable size"}
        else:
            assert result.exit_code == 0
            assert first["status"] in {"new", "duplicate", "unchanged"}
            if not in_place:
                assert object_path(library.store, first["sha256"]).is_file()
        # The promises of a file in place end where its user goes on changing it.
        assert broken_laws(library.settings(), [] if in_place else [first, second]) == []
        assert leftovers(library.settings()) == []


def test_a_file_that_comes_to_rest_is_added_after_all(library: ScratchLibrary, tmp_path: Path) -> None:
    path = tmp_path / "changing"
    path.write_bytes(bytes(MEBIBYTE))
    with keep_doing(append, path):
        library.run([PROGRAM, "add-asset", "--json", path])
    result = library.run([PROGRAM, "add-asset", "--json", path])
    (line,) = acknowledgements(result.stdout)
    assert line["status"] in {"new", "duplicate"}
    assert object_path(library.store, line["sha256"]).read_bytes() == path.read_bytes()
    assert broken_laws(library.settings(), [line]) == []
