"""Broken, lying and hostile pictures: bytes kept, reason in the ledger, exit code 0."""

import time
from pathlib import Path

import pytest

from dam.models.image.samples import broken, encoded, odd, photo
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
        ("unsupported.jxr", "no decoder for image/jxr"),
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


@pytest.fixture
def workers(program: CommandProcess, library_environment: pytest.MonkeyPatch) -> CommandProcess:
    """The program with two real workers."""
    library_environment.setenv("DAM_WORKERS", "2")
    return program


def test_with_real_workers_it_is_the_same_and_nothing_is_tried_again_until_asked(
    workers: CommandProcess, tmp_path: Path
) -> None:
    for name, data in broken().items():
        write(tmp_path / "in" / name, data)
    added = workers("add-asset", "-r", tmp_path / "in")
    assert added.exit_code == 0
    assert f"({len(broken())} with problems: see show)" in added.stderr
    failures = workers("status", "--failed", "--json").json
    assert {failure["entity"] for failure in failures} == set(range(1, len(broken()) + 1))
    for command in (["run"], ["add-asset", "-r", tmp_path / "in"], ["add-asset", "--rehash", "-r", tmp_path]):
        assert workers(*command).exit_code == 0
        assert workers("run").stderr.startswith("0 entities visited")
    assert workers("status", "--failed", "--json").json == failures
    retried = workers("run", "--retry-failed")
    assert retried.exit_code == 0
    assert f"{len(broken())} entities visited" in retried.stderr
    assert f"{len(failures)} failed" in retried.stderr


def test_what_a_library_says_on_stderr_is_part_of_the_reason_and_nowhere_else(
    workers: CommandProcess, tmp_path: Path
) -> None:
    # Only libtiff itself knows what is wrong with the strip, and it tells nobody but stderr.
    intact = encoded(photo(6, (64, 48)), "TIFF", compression="tiff_adobe_deflate")
    file = write(tmp_path / "spoilt.tif", intact[:8] + bytes(100) + intact[108:])
    added = workers("add-asset", file)
    assert added.exit_code == 0
    assert "ZIPDecode" not in added.stdout + added.stderr
    reasons = {run["system"]: run["error"] for run in show(workers, file)["runs"] if run["error"]}
    assert {"image.find_colours", "image.hash_pdq", "image.hash_perceptually", "image.make_preview"} == set(
        reasons
    )
    for reason in reasons.values():
        assert "the decoder gave up on the pixels: " in reason
        assert "ZIPDecode: Decoding error at scanline 0" in reason
    assert "ZIPDecode" in workers("status", "--failed").stdout
    assert "ZIPDecode" in workers("show", file).stdout
