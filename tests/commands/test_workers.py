"""A decoder that crashes, hangs or eats memory costs one step on one file, and nothing else."""

import os
import time
from pathlib import Path

import pytest

from tests.command_line import CommandProcess
from tests.commands.facts import add, outcomes, sha256, show, write

HARM = {
    "crash": "crashed the decoder (SIGSEGV)",
    "exit": "crashed the decoder (exit code 3)",
    "hoard": "out of memory",
    "raise": "told to fail",
}


def test_the_reason_stands_in_the_ledger_and_all_else_goes_on(plugged: CommandProcess, media: Path) -> None:
    for order in (*HARM, "fine"):
        write(media / f"{order}.faulty", f"faulty {order}".encode())
    added = plugged("add-asset", "-r", media)
    assert added.exit_code == 0
    assert "9 seen: 9 new, 0 duplicate, 0 unchanged, 0 skipped, 0 failed (4 with problems" in added.stderr
    assert "Traceback" not in added.stderr
    told = plugged("status", "--failed", "--json").json
    assert {Path(one["locations"][0]["path"]).stem: one["error"] for one in told} == HARM
    assert {one["system"] for one in told} == {"faulty.act"}
    assert "failed: crashed the decoder" in plugged("show", media / "crash.faulty").stdout
    assert plugged("get", sha256(b"faulty crash")).stdout == "faulty crash"
    assert outcomes(plugged, media / "fine.faulty")["faulty.act"] == "done"
    others = outcomes(plugged, media / "lake.jpg")
    assert others["image.make_preview"] == "done"
    assert set(others.values()) <= {"done", "nothing"}


def test_a_decoder_that_hangs_is_stopped_after_the_time_that_the_setting_allows(
    plugged: CommandProcess, tmp_path: Path
) -> None:
    for order in ("fine", "hang"):
        write(tmp_path / "in" / order, f"faulty {order}".encode())
    began = time.monotonic()
    added = plugged("add-asset", "-r", tmp_path / "in", env={"DAM_VISIT_TIMEOUT": "8"})
    assert 8 <= time.monotonic() - began < 60
    assert added.exit_code == 0
    assert "2 new" in added.stderr
    (failure,) = plugged("status", "--failed", "--json").json
    assert (failure["system"], failure["error"]) == ("faulty.act", "took longer than 8 s")


def test_what_crashed_is_tried_again_only_when_asked_and_can_be_mended(
    plugged: CommandProcess, tmp_path: Path
) -> None:
    add(plugged, write(tmp_path / "crash", b"faulty crash"))
    ran = plugged("run")
    assert (ran.exit_code, ran.stderr.split()[0]) == (0, "0")
    again = plugged("run", "--retry-failed")
    assert again.exit_code == 0  # It had failed before: nothing new.
    assert "1 failed" in again.stderr
    mended = plugged("run", "--retry-failed", env={"FAULTY_MENDED": "1"})
    assert mended.exit_code == 0
    assert outcomes(plugged, 1)["faulty.act"] == "done"


@pytest.mark.parametrize("order", ["crash", "hang"])
def test_what_ended_a_worker_is_not_tried_again_for_a_copy_nor_when_it_is_read_again(
    plugged: CommandProcess, tmp_path: Path, library_environment: pytest.MonkeyPatch, order: str
) -> None:
    counter = tmp_path / "counter"
    library_environment.setenv("FAULTY_COUNTER", str(counter))
    library_environment.setenv("DAM_VISIT_TIMEOUT", "4")
    poison = write(tmp_path / "in" / "poison", f"faulty {order}".encode())
    add(plugged, poison)
    tried = counter.stat().st_size
    assert tried == (2 if order == "crash" else 1)

    add(plugged, "--rehash", poison)
    poison.touch()
    add(plugged, poison)
    copies = [write(tmp_path / "in" / f"copy {number}", poison.read_bytes()) for number in range(3)]
    assert "3 duplicate" in plugged("add-asset", *copies).stderr
    assert counter.stat().st_size == tried
    assert outcomes(plugged, 1)["faulty.act"].startswith("failed")


def test_a_raised_version_runs_again_and_its_new_failures_are_told_by_the_exit_code(
    plugged: CommandProcess, tmp_path: Path
) -> None:
    for order in ("fine", "nothing", "raise"):
        write(tmp_path / "in" / order, f"faulty {order}".encode())
    add(plugged, "-r", tmp_path / "in")
    mended = plugged("run", env={"FAULTY_VERSION": "2", "FAULTY_MENDED": "1"})
    assert mended.exit_code == 0
    assert "3 entities visited: 3 done" in mended.stderr
    again = plugged("run", env={"FAULTY_VERSION": "3"})
    assert again.exit_code == 3
    assert "3 entities visited: 1 done, 1 nothing, 1 failed" in again.stderr
    assert plugged("run", env={"FAULTY_VERSION": "3"}).exit_code == 0


def test_decoders_that_talk_do_not_disturb_the_answer(plugged: CommandProcess, tmp_path: Path) -> None:
    added = plugged("add-asset", "--json", write(tmp_path / "print", b"faulty print"))
    assert len(added.json) == 1
    assert "everybody" not in added.stderr


def test_an_error_that_nobody_foresaw_is_exit_code_70_and_no_traceback(
    plugged: CommandProcess, tmp_path: Path
) -> None:
    add(plugged, write(tmp_path / "fine", b"faulty fine"))
    elsewhere: dict[str, str] = {"DAM_STORE": "faulty://anywhere"}
    failed = plugged("get", "1", env=elsewhere)
    assert failed.exit_code == 70
    assert failed.stderr.splitlines() == [
        "dam-cli: unexpected error: ZeroDivisionError: a store that nobody tested",
        "hint: this is a fault of dam; run again with DAM_LOG_LEVEL=DEBUG for the traceback",
    ]
    debugged = plugged("get", "1", env={**elsewhere, "DAM_LOG_LEVEL": "DEBUG"})
    assert debugged.exit_code == 70
    assert "Traceback (most recent call last)" in debugged.stderr


def test_tables_of_a_plugin_that_is_gone_are_left_alone(plugged: CommandProcess, tmp_path: Path) -> None:
    add(plugged, write(tmp_path / "fine", b"faulty fine"))
    without: dict[str, str | None] = {"PYTHONPATH": os.environ["PYTHONPATH"].partition(os.pathsep)[2] or None}
    assert plugged("setup-db", env=without).stdout.startswith("up to date")
    assert "Effect" not in plugged("show", "1", env=without).stdout
    assert "Effect" in show(plugged, 1)["components"]


def test_workers_import_nothing_from_the_folder_that_dam_is_called_in(
    plugged: CommandProcess, tmp_path: Path
) -> None:
    for name in ("dam/__init__.py", "sqlalchemy.py", "pickle.py"):
        write(tmp_path / "here" / name, b"raise SystemExit('not meant')\n")
    added = plugged("add-asset", "--json", write(tmp_path / "fine", b"faulty fine"), cwd=tmp_path / "here")
    assert (added.exit_code, len(added.json), added.stderr.count("not meant")) == (0, 1, 0)
