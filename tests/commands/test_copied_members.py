"""Members of archives are copied into the store where that is asked for."""

import shutil
from pathlib import Path

from dam.models.archive.samples import tarred, zipped
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import sha256, show, write

LAKE = encoded(photo(1), quality=90)
HILL = encoded(photo(2), "PNG")


def test_members_are_copied_if_that_is_asked_for(library: CommandInProcess, tmp_path: Path) -> None:
    data = zipped({"lake.jpg": LAKE})
    archive = write(tmp_path / "a.zip", data)
    library("add-asset", archive)
    assert show(library, sha256(LAKE))["in_store"] is False

    again = library("add-asset", "--copy-members", archive)
    assert "1 archive expanded: 0 members new, 1 known" in again.stderr
    assert show(library, sha256(LAKE))["in_store"] is True
    assert "expanded" not in library("add-asset", "--copy-members", archive).stderr

    # What is in the store is there when the archive is not.
    archive.unlink()
    shutil.rmtree(tmp_path / "store" / "objects" / sha256(data)[:2])
    assert library("get", sha256(LAKE), "-o", tmp_path / "lake.jpg").exit_code == 0
    assert (tmp_path / "lake.jpg").read_bytes() == LAKE


def test_members_are_copied_at_once_those_in_archives_within_as_well(
    library: CommandInProcess, tmp_path: Path
) -> None:
    inner = tarred({"lake.jpg": LAKE, "half.png": HILL[:5000]}, "gz")
    archive = write(tmp_path / "a.zip", zipped({"inner.tar.gz": inner, "hill.png": HILL}))
    library("add-asset", "--copy-members", archive)
    for data in (LAKE, HILL[:5000], HILL, inner, archive.read_bytes()):
        shown = show(library, sha256(data))
        assert shown["in_store"] is True
        assert (tmp_path / "store" / "objects").joinpath(*_fanned(sha256(data))).read_bytes() == data


def _fanned(digest: str) -> tuple[str, str, str]:
    return digest[:2], digest[2:4], digest
