"""What an add in somebody's own Python leaves in the process and in the store once the library is closed."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.library import Library
from dam.models.image.samples import broken
from tests.durability.invariants import leftovers
from tests.durability.scratch_library import ScratchLibrary, write_tree

FILES = 40


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    write_tree(tmp_path / "sources", FILES)
    for name, data in broken().items():
        (tmp_path / "sources" / name).write_bytes(data)
    return tmp_path / "sources"


@pytest.fixture(autouse=True)
def _no_garbage_collection() -> Iterator[None]:
    """What is not let go of by itself would stay for as long as the collector likes."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def add_again(library: ScratchLibrary, sources: Path, workers: int, times: int) -> None:
    """Add the tree, which has one new file each time."""
    (sources / f"new-{times}.txt").write_bytes(b"new %d" % times)
    with Library.open(library.settings(workers)) as opened:
        added = list(opened.add([os.fsencode(sources)], recursive=True))
    assert any(one.status == "new" for one in added)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_add_leaves_no_writer_folder(library: ScratchLibrary, sources: Path, workers: int) -> None:
    add_again(library, sources, workers, 1)
    assert leftovers(library.settings()) == []


@pytest.mark.parametrize("workers", [0, 1])
def test_an_add_that_is_given_up_leaves_no_writer_folder(
    library: ScratchLibrary, sources: Path, workers: int
) -> None:
    with Library.open(library.settings(workers)) as opened:
        run = opened.add([os.fsencode(sources)], recursive=True)
        next(run)
        run.close()  # type: ignore[attr-defined]  # it is a generator, and so is closed when it is dropped
        del run
    del opened
    assert leftovers(library.settings()) == []


@pytest.mark.parametrize("workers", [0, 1])
def test_adds_leave_no_open_file_behind(library: ScratchLibrary, sources: Path, workers: int) -> None:
    add_again(library, sources, workers, 1)
    before = len(os.listdir("/proc/self/fd"))
    for times in range(2, 5):
        add_again(library, sources, workers, times)
    assert len(os.listdir("/proc/self/fd")) == before
