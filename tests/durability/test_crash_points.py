"""Adding a few files, hit at every call that touches the library: killed, disk full, disk failing.

Whatever happens, nothing acknowledged is lost, no row claims bytes that are not there, the sources are
as they were, and adding the same files again ends where an undisturbed run ends.
"""

import shutil
from pathlib import Path

import pytest

from tests.command_line import Result
from tests.durability.canonical_dump import canonical_dump
from tests.durability.fault_points import Point, Study, study
from tests.durability.invariants import acknowledgements, broken_laws, leftovers, tree_state
from tests.durability.scratch_library import FEW_FILES, ScratchLibrary

SHARES = 16
KILL = "signal=SIGKILL"
NO_SPACE, FAILING = 6, 7


def share_of(points: tuple[Point, ...], share: int) -> list[Point]:
    return list(points[share::SHARES])


def assert_survives(case: Study, folder: Path, point: Point, fault: str) -> None:
    library = case.before.copy_to(folder / f"{point.call}-{point.nth}")
    sources = tree_state(case.sources)
    result, reached = case.add_with_fault(library, point, fault)
    where = f"{fault} at {point}"
    assert reached, f"{where}: not hit: {result}"
    assert_whole(case, library, result, where)
    if fault != KILL:
        assert_ends_well(case, result, exit_codes(fault, point), where)
    assert_goes_on(case, library, where)
    assert tree_state(case.sources) == sources, where
    shutil.rmtree(library.folder)


def assert_whole(case: Study, library: ScratchLibrary, result: Result, where: str) -> None:
    acknowledged = acknowledgements(result.stdout)
    broken = broken_laws(library.settings(), acknowledged, damaged_before=case.damaged)
    assert broken == [], f"{where}: {result}"


def exit_codes(fault: str, point: Point) -> set[int]:
    """Return what a fault may end in. What SQLite was told by the system it passes on but in part."""
    if point.about.startswith("dam.db"):
        # Its index file it cannot make larger for whatever reason; about syncing it never says "no space".
        is_index = point.about == "dam.db-shm"
        return {NO_SPACE, FAILING} if fault != "error=EIO" or is_index else {FAILING}
    return {FAILING} if fault == "error=EIO" else {NO_SPACE}


def assert_ends_well(case: Study, result: Result, failing: set[int], where: str) -> None:
    """A process that lives says what happened, and never passes the library's fault off as the file's."""
    assert result.exit_code in {case.exit_code, *failing}, f"{where}: {result}"
    assert "Traceback" not in result.stderr, f"{where}: {result}"
    statuses = {line["status"] for line in acknowledgements(result.stdout)}
    assert statuses <= {"new", "duplicate", "unchanged"}, f"{where}: {result}"
    if result.exit_code == case.exit_code:
        assert len(result.json) == FEW_FILES, f"{where}: claims to have done everything: {result}"
    else:
        assert "dam-cli: " in result.stderr, f"{where}: {result}"


def assert_goes_on(case: Study, library: ScratchLibrary, where: str) -> None:
    added = library.add_here([case.sources])
    assert {one.status for one in added} <= {"new", "duplicate", "unchanged"}, where
    assert canonical_dump(library.settings()) == case.expected, where
    assert broken_laws(library.settings()) == [], where
    assert leftovers(library.settings()) == [], where


@pytest.fixture(scope="session")
def fresh(session_folder: Path) -> Study:
    return study(session_folder, "fresh")


@pytest.fixture(scope="session")
def wounded(session_folder: Path) -> Study:
    return study(session_folder, "wounded")


def test_the_points_cover_the_store_and_the_database(fresh: Study) -> None:
    hit = {(point.call, point.about.split("/")[0]) for point in fresh.points}
    assert hit >= {
        ("openat", "dam.db-wal"),
        ("pwrite64", "dam.db-wal"),
        ("fdatasync", "dam.db-wal"),
        ("pwrite64", "dam.db"),
        ("unlink", "dam.db-wal"),
        ("openat", "store"),
        ("write", "store"),
        ("fchmod", "store"),
        ("syncfs", "store"),
        ("syncfs", "store"),
        ("mkdir", "store"),
        ("linkat", "store"),
        ("rename", "store"),
        ("unlink", "store"),
        ("rmdir", "store"),
    }
    assert any("derived" in point.about for point in fresh.points)


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_point_nothing_is_lost(fresh: Study, share: int, tmp_path: Path) -> None:
    for point in share_of(fresh.points, share):
        assert_survives(fresh, tmp_path, point, KILL)


@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize("share", range(SHARES // 4))
def test_when_the_disk_fails_or_is_full_nothing_is_lost(
    fresh: Study, share: int, fault: str, tmp_path: Path
) -> None:
    # The two faults take turns, so that together they try more places.
    offset = 0 if fault == "error=EIO" else 2
    for point in fresh.points[offset::5][share :: SHARES // 4]:
        assert_survives(fresh, tmp_path, point, fault)


@pytest.mark.deep
@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC", "error=EDQUOT"])
@pytest.mark.parametrize("share", range(SHARES))
def test_whichever_call_fails_nothing_is_lost(fresh: Study, share: int, fault: str, tmp_path: Path) -> None:
    for point in share_of(fresh.points, share):
        assert_survives(fresh, tmp_path, point, fault)


@pytest.mark.deep
@pytest.mark.parametrize("fault", [KILL, "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize("share", range(SHARES))
def test_hit_while_it_tidies_and_heals_nothing_is_lost(
    wounded: Study, share: int, fault: str, tmp_path: Path
) -> None:
    for point in share_of(wounded.points, share):
        assert_survives(wounded, tmp_path, point, fault)


@pytest.mark.parametrize("share", range(SHARES // 8))
def test_killed_where_it_tidies_and_heals_nothing_is_lost(wounded: Study, share: int, tmp_path: Path) -> None:
    points = [point for point in wounded.points if point.call in {"unlink", "rmdir", "rename", "linkat"}]
    for point in points[share :: SHARES // 8]:
        assert_survives(wounded, tmp_path, point, KILL)
