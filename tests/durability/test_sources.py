"""Adding leaves the files it reads exactly as they were."""

import os
import shutil
from pathlib import Path

import pytest

from dam.models.image.samples import broken, good, odd
from tests.durability.invariants import tree_state
from tests.durability.scratch_library import PROGRAM, ScratchLibrary


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A tree of everything there is, with times and modes that would show a touch."""
    folder = tmp_path / "sources"
    for kind, files in (("good", good()), ("odd", odd()), ("broken", broken())):
        (folder / kind).mkdir(parents=True)
        for name, data in files.items():
            (folder / kind / name).write_bytes(data)
    (folder / "empty").touch()
    (folder / "link").symlink_to("good/good.png")
    os.link(folder / "good" / "good.png", folder / "second-name.png")
    os.mkfifo(folder / "pipe")
    shutil.copy2(folder / "good" / "good.jpg", folder / "read-only.jpg")
    (folder / "read-only.jpg").chmod(0o444)
    (folder / "private.txt").write_bytes(b"private")
    (folder / "private.txt").chmod(0o600)
    for number, path in enumerate(sorted(folder.rglob("*"), reverse=True)):
        os.utime(path, ns=(number, 1_000_000_007 * number + 1), follow_symlinks=False)
    return folder


@pytest.mark.parametrize("options", [[], ["--no-copy"], ["--dry-run"]], ids=["copied", "in place", "dry run"])
def test_a_tree_is_as_it_was_after_it_was_added_twice(
    options: list[str], library: ScratchLibrary, sources: Path
) -> None:
    before = tree_state(sources)
    for _ in range(2):
        result = library.run([PROGRAM, "add-asset", "-r", *options, sources], DAM_WORKERS="2")
        assert result.exit_code == 0, result
        assert tree_state(sources) == before
