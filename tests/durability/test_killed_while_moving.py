"""Killed while it moves files: each content is where it was or safe in the library, and it can go on."""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from dam.library import Library
from tests.command_line import Result
from tests.durability.invariants import acknowledgements, broken_laws
from tests.durability.scratch_library import PROGRAM, ScratchLibrary
from tests.services.processes import strace

FILES = 6


@pytest.mark.parametrize("nth", range(1, FILES + 1))
def test_killed_at_the_deletion_of_any_source_nothing_is_lost(
    library: ScratchLibrary, tmp_path: Path, nth: int
) -> None:
    sources = tmp_path / "in"
    sources.mkdir()
    contents = {f"{number}.bin": os.urandom(100 + number) for number in range(FILES)}
    for name, data in contents.items():
        (sources / name).write_bytes(data)

    killed = move_and_kill(library, sources, nth)
    assert killed.exit_code == -signal.SIGKILL, killed
    left = {path.name for path in sources.iterdir()}
    assert len(left) == FILES - nth + 1
    assert broken_laws(library.settings(), acknowledgements(killed.stdout)) == []
    with Library.open(library.settings()) as opened:
        for name in contents.keys() - left:
            assert is_kept(opened, contents[name]), f"{name} is nowhere"

    again = library.run([PROGRAM, "add-asset", "--move", "-r", sources])
    assert again.exit_code == 0, again
    assert list(sources.iterdir()) == []
    scanned = library.run([PROGRAM, "scan"])
    assert scanned.exit_code == 0, scanned
    with Library.open(library.settings()) as opened:
        assert all(is_kept(opened, data) for data in contents.values())
        assert opened.status().entities == FILES
    assert broken_laws(library.settings()) == []


def move_and_kill(library: ScratchLibrary, sources: Path, nth: int) -> Result:
    """Move a folder's files, and end everything with SIGKILL when the nth of them is about to go."""
    # Only deletions in that folder count: the program deletes files of its own, too.
    ending = f"inject=unlink,unlinkat:signal=SIGKILL:when={nth}"
    tracing = strace("-o", "/dev/null", "-P", str(sources), "-e", ending)
    return library.run([*tracing, PROGRAM, "add-asset", "--json", "--move", "-r", sources])


def is_kept(library: Library, data: bytes) -> bool:
    """Tell whether the library gives these bytes back."""
    entities = library.find_by_digest(sha256=hashlib.sha256(data).digest())
    return [b"".join(library.read(entity)) for entity in entities] == [data]
