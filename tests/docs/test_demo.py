"""The demonstration runs to its end, or fails loudly."""

import subprocess
from pathlib import Path

from tests.docs.follow import clean_environment
from tests.docs.markdown import CHECKOUT

SCRIPT = CHECKOUT / "demo" / "run.sh"


def _demonstrate(library: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # Settings of the developer's must not lead it to another library.
    stray = {"DATABASE_URL": "sqlite:////nowhere/dam.db", "DAM_STORE": "/nowhere/store"}
    return subprocess.run(
        ["bash", SCRIPT],
        env={**clean_environment(**stray, **environment), "DEMO_LIBRARY": str(library)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def test_it_adds_finds_and_shows_whatever_is_in_the_environment(tmp_path: Path) -> None:
    first = _demonstrate(tmp_path / "library")
    assert first.returncode == 0, first.stdout

    said = first.stdout.splitlines()
    assert "$ dam-cli setup-db" in said
    assert "6 seen: 5 new, 1 duplicate, 0 unchanged, 0 skipped, 0 failed" in said
    assert "6 seen: 0 new, 0 duplicate, 6 unchanged, 0 skipped, 0 failed" in said
    assert said.count("  path    samples/backup/DSC_0042.jpg") == 1, "found by hash, under both names"
    (alike,) = [line for line in said if line.startswith("phash ")]
    assert alike.endswith("samples/web/lake-small.jpg"), "found by likeness"
    assert str(tmp_path / "library" / "samples") not in first.stdout, "no path of this machine is shown"

    again = _demonstrate(tmp_path / "library")
    assert again.returncode == 0, "it makes its library anew"


def test_it_stops_at_the_first_step_that_fails(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dam-cli").write_text("#!/bin/sh\necho it broke\nexit 7\n")
    (programs / "dam-cli").chmod(0o755)
    broken = _demonstrate(tmp_path / "library", PATH=f"{programs}:{clean_environment()['PATH']}")
    assert broken.returncode == 7
    assert broken.stdout.splitlines()[-1] == "it broke"


def test_it_removes_no_folder_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "thesis.txt").write_text("the only copy")
    refused = _demonstrate(tmp_path / "library")
    assert refused.returncode == 1
    assert (tmp_path / "library" / "thesis.txt").exists()
