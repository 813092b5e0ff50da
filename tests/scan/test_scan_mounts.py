"""A disk that is not there is never taken for one whose files were deleted: with real mounts."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.durability.scratch_library import empty_library
from tests.services.processes import PROJECT, own_mounts

Play = Callable[[str], dict[str, Any]]


@pytest.fixture
def play(tmp_path: Path, session_folder: Path) -> Play:
    """Plays a scenario of `scanned_mounts` in mounts of its own and returns its reports."""
    library = empty_library(tmp_path / "library", session_folder)
    (tmp_path / "mount").mkdir()

    def play(scenario: str) -> dict[str, Any]:
        done = subprocess.run(
            [
                *own_mounts(),
                sys.executable,
                "-m",
                "tests.scan.scanned_mounts",
                scenario,
                library.folder,
                tmp_path / "mount",
            ],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        reports: dict[str, Any] = json.loads(done.stdout)
        return reports

    return play


BOTH = {"a": "offline", "inner/b": "offline"}


def test_an_unmounted_disk_is_offline_and_nothing_on_it_is_missing(play: Play) -> None:
    reports = play("unmounted")
    assert (reports["mounted"]["statuses"], reports["mounted"]["present"]) == ({}, 2)
    for name in ("unmounted", "unmounted, again"):
        report = reports[name]
        assert (report["exit_code"], report["statuses"], report["states"]) == (0, BOTH, BOTH)
        assert report["reasons"] == ["nothing is mounted there"]
    assert len(reports["to people"].splitlines()) == 1, "one line for the disk"
    assert reports["unmounted, named"]["statuses"] == {"inner/b": "offline"}
    assert reports["without its mount point"]["statuses"] == BOTH
    assert reports["without its mount point"]["states"] == BOTH


def test_another_disk_at_the_same_mount_point_is_not_the_one_that_is_known(play: Play) -> None:
    report = play("exchanged")["another disk"]
    assert (report["exit_code"], report["statuses"], report["states"]) == (0, BOTH, BOTH)
    assert report["reasons"] == ["another file system is there"]
    assert "add what is on it once more" in report["hints"][0]


def test_a_card_without_an_identifier_is_known_by_its_files(play: Play) -> None:
    reports = play("unidentified")
    same = reports["the same card"]
    assert (same["exit_code"], same["statuses"]) == (4, {"a": "missing"})
    if reports["identifier"] != reports["identifier of the other"]:
        pytest.skip("this system gives every file system an identifier of its own")
    other = reports["another card in the same reader"]
    assert (other["exit_code"], other["statuses"]) == (0, {"inner/b": "offline"})
    assert other["states"] == {"a": "missing, closed", "inner/b": "offline"}
    assert "none of the files known there is there" in other["reasons"][0]


def test_a_disk_mounted_on_another_one_is_offline_by_itself(play: Play) -> None:
    report = play("nested")["without the inner one"]
    assert report["statuses"] == {"a": "missing", "inner/b": "offline"}
    assert report["states"] == {"a": "missing, closed", "inner/b": "offline"}


def test_what_another_disk_is_mounted_over_is_offline_until_it_is_seen_again(play: Play) -> None:
    reports = play("covered")
    covered = reports["covered"]
    assert covered["statuses"] == {"inner/b": "offline", "inner/deep/c": "offline"}
    assert covered["reasons"] == ["something else is mounted over it"]
    assert (covered["exit_code"], covered["present"]) == (0, 1)
    assert reports["uncovered"]["statuses"] == {"inner/b": "back", "inner/deep/c": "back"}
    assert set(reports["uncovered"]["states"].values()) == {"present"}


def test_a_disk_that_is_mounted_elsewhere_is_offline_and_the_hint_says_where_it_is(play: Play) -> None:
    reports = play("elsewhere")
    report = reports["mounted elsewhere"]
    assert (report["statuses"], report["states"]) == (BOTH, BOTH)
    (hint,) = report["hints"]
    assert "/other mount now" in hint
    added = reports["added from there"]["states"]
    assert added == BOTH | {"../other mount/a": "present", "../other mount/inner/b": "present"}


def test_another_folder_of_the_same_disk_at_the_same_mount_point_is_told_from_the_right_one(
    play: Play,
) -> None:
    reports = play("part")
    assert reports["the right folder"]["present"] == 2
    assert reports["another folder"]["statuses"] == BOTH
    assert reports["another folder"]["states"] == BOTH


def test_a_folder_that_is_mounted_a_second_time_on_its_own_disk_is_offline_when_it_is_unmounted(
    play: Play,
) -> None:
    reports = play("twice")
    assert reports["mounted twice"]["present"] == 3
    assert reports["mounted once"]["statuses"] == {"seen/a": "offline"}
    assert reports["mounted once"]["reasons"] == ["nothing is mounted there"]
    assert reports["another one there"]["statuses"] == {"seen/a": "offline"}
    assert reports["over a known folder"]["statuses"] == {"seen/a": "back", "other/b": "offline"}
    assert reports["over a known folder"]["reasons"] == ["something else is mounted over it"]


def test_a_folder_of_a_disk_behind_a_link_is_offline_when_the_link_leads_elsewhere(play: Play) -> None:
    reports = play("link")
    assert reports["the right folder"]["statuses"] == {"a": "missing"}
    for name in ("another folder", "unmounted"):
        assert reports[name]["statuses"] == {"inner/b": "offline"}
        assert reports[name]["states"] == {"a": "missing, closed", "inner/b": "offline"}


def test_a_disk_that_goes_away_during_the_scan_makes_nothing_missing(play: Play) -> None:
    reports = play("during")
    assert reports["said"] == {"a": "offline", "b": "present"}
    assert reports["states"] == {"a": "offline", "b": "present"}
