"""Broken, lying and hostile pictures: bytes kept, reason in the ledger, exit code 0."""

import time
from pathlib import Path

import pytest

from dam.models.image.samples import broken, odd
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, object_file, sha256, show, write


def test_truncated_corrupt_and_bomb_pictures_are_new_and_say_what_is_wrong(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for name, data in broken().items():
        write(tmp_path / "in" / name, data)
    began = time.monotonic()
    added = library("add-asset", "--json", "-r", tmp_path / "in")
    assert time.monotonic() - began < 60
    assert added.exit_code == 0
    assert f"{len(broken())} new" in added.stderr
    assert f"({len(broken())} with problems: see show)" in added.stderr
    for one in added.json:
        data = Path(one["path"]).read_bytes()
        assert one["status"] == "new"
        assert one["error"] is None
        assert one["problems"]
        assert object_file(sha256(data)).read_bytes() == data
        reasons = {run["error"] for run in show(library, one["entity"])["runs"] if run["outcome"] == "failed"}
        assert all(reasons)
        assert not any("Traceback" in reason or "\n" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bomb.png", "65536 x 65536 pixels are more than the limit"),
        ("text-bomb.png", "a text in it inflates beyond the limit"),
        ("half.jpg", "truncated"),
        ("unsupported.svg", "no decoder for image/svg+xml"),
    ],
)
def test_the_reason_is_one_a_person_can_use(
    library: CommandInProcess, tmp_path: Path, name: str, reason: str
) -> None:
    library("add-asset", write(tmp_path / name, broken()[name]))
    assert reason in library("show", "1").stdout
    assert reason in library("status", "--failed").stdout


def test_a_wrong_name_does_not_matter(library: CommandInProcess, tmp_path: Path) -> None:
    added = add(library, write(tmp_path / "really-a-png.gif", odd()["wrong-name.gif"]))
    assert added["really-a-png.gif"]["problems"] == []
    assert show(library, 1)["media_type"] == "image/png"
    text = add(library, write(tmp_path / "text.jpg", b"not a picture at all"))
    assert text["text.jpg"]["problems"] == []
    assert show(library, text["text.jpg"]["entity"])["media_type"] == "application/octet-stream"


def test_with_real_workers_it_is_the_same(
    program: CommandProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library_environment.setenv("DAM_WORKERS", "2")
    for name, data in broken().items():
        write(tmp_path / "in" / name, data)
    added = program("add-asset", "-r", tmp_path / "in")
    assert added.exit_code == 0
    assert f"({len(broken())} with problems: see show)" in added.stderr
