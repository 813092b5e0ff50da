"""A scan beside others: interrupted, beside an add, and what it reads and writes."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dam.core.config import load_settings
from dam.library import Library
from dam.models.file_location_component import open_places_in
from dam.scan.record import Finding, ScanRecorder
from dam.scan.scan import GROUP_PLACES
from dam.scan.scanned import ScannedPlace, ScanStatus
from tests.command_line import CommandProcess
from tests.commands.facts import write
from tests.durability.invariants import tree_state


@pytest.fixture
def library(database_url: str, library_environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Library]:
    settings = load_settings(database_url=database_url, store=str(tmp_path / "store"), workers=0)
    Library.set_up(settings)
    library_environment.setenv("DATABASE_URL", database_url)
    with closing(Library.open(settings)) as opened:
        yield opened


def add(library: Library, path: Path, *, copy: bool = True) -> None:
    assert {one.status for one in library.add([os.fsencode(path)], recursive=True, copy=copy)} <= {
        "new",
        "unchanged",
        "duplicate",
    }


def scan(library: Library, *paths: Path) -> dict[str, str]:
    return {
        os.path.basename(os.fsdecode(one.path)): one.status
        for one in library.scan([os.fsencode(path) for path in paths])
        if one.status != "present"
    }


@pytest.fixture
def opened_files() -> Iterator[list[str]]:
    """The paths of all files and folders that were opened since, as Python tells."""
    yield (seen := _Opened.start())
    _Opened.stop(seen)


class _Opened:
    """An audit hook, which can never be taken away, that writes down into what is listening."""

    listening: list[list[str]] = []  # noqa: RUF012
    is_installed = False

    @classmethod
    def start(cls) -> list[str]:
        if not cls.is_installed:
            sys.addaudithook(cls.hear)
            cls.is_installed = True
        cls.listening.append([])
        return cls.listening[-1]

    @classmethod
    def stop(cls, seen: list[str]) -> None:
        cls.listening.remove(seen)

    @classmethod
    def hear(cls, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and cls.listening:
            for seen in cls.listening:
                seen.append(os.path.basename(os.fsdecode(str_or_bytes(arguments[0]))))


def str_or_bytes(path: object) -> str | bytes:
    return path if isinstance(path, str | bytes) else str(path)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_only_what_looks_other_and_what_has_a_missing_one_s_size_is_read(
    library: Library, tmp_path: Path, opened_files: list[str]
) -> None:
    for name, size in {"kept": 10, "touched": 10, "gone": 20}.items():
        write(tmp_path / "files" / name, name[:1].encode() * size)
    add(library, tmp_path / "files")
    os.utime(tmp_path / "files" / "touched")
    (tmp_path / "files" / "gone").unlink()
    for name, size in {"new": 10, "another": 30, "of-its-size": 20}.items():
        write(tmp_path / "files" / name, b"x" * size)
    opened_files.clear()
    assert scan(library) == {"touched": "touched", "gone": "missing"}
    names = {"kept", "touched", "new", "another", "of-its-size"}
    assert names & set(opened_files) == {"touched", "of-its-size"}


def test_the_users_files_and_the_store_stay_as_they_are(library: Library, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / "files" / name, name.encode())
    add(library, tmp_path / "files")
    write(tmp_path / "files" / "a", b"edited")
    (tmp_path / "files" / "b").rename(tmp_path / "files" / "moved")
    (tmp_path / "files" / "c").unlink()
    before = tree_state(tmp_path / "files"), tree_state(tmp_path / "store")
    assert set(scan(library).values()) == {"changed", "moved", "missing"}
    assert (tree_state(tmp_path / "files"), tree_state(tmp_path / "store")) == before


def test_the_store_s_own_copy_is_never_where_a_file_has_moved_to(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "a", b"a")
    write(tmp_path / "b", b"b")
    add(library, tmp_path / "a")
    add(library, tmp_path / "b")
    (tmp_path / "a").unlink()
    assert scan(library, tmp_path) == {"a": "missing"}


def test_a_place_that_was_seen_again_meanwhile_is_left_alone(library: Library, tmp_path: Path) -> None:
    file = write(tmp_path / "file", b"bytes")
    add(library, file)
    with library.database.read() as session:
        (place,) = open_places_in(session, [1])[1]
    os.utime(file)
    add(library, file)  # Somebody else, after the scan had looked and before it wrote.
    recorder = ScanRecorder(library.database, library.registry, library.run_on)
    for status in (ScanStatus.MISSING, ScanStatus.OFFLINE):
        said = ScannedPlace(os.fsencode(file), status, place.entity_id)
        (answer,) = recorder.record([Finding(place, said)])
        assert (answer.status, answer.reason) == ("present", "was recorded by another process")
    (location,) = library.assets([1])[0].locations
    assert (location.row.closed_at, location.row.state) == (None, "present")


def test_a_scan_that_ends_early_has_written_what_it_said_and_the_next_one_goes_on(
    library: Library, tmp_path: Path
) -> None:
    names = [str(number) for number in range(2 * GROUP_PLACES + 10)]
    for name in names:
        write(tmp_path / "files" / name, name.encode())
    add(library, tmp_path / "files", copy=False)
    for name in names:
        (tmp_path / "files" / name).unlink()
    with closing(library.scan()) as places:
        said = {places.__next__().entity for _ in range(GROUP_PLACES)}
    closed = {
        asset.entity for asset in library.assets(range(1, len(names) + 1)) if asset.locations[0].row.closed_at
    }
    assert closed == said
    assert len(list(library.scan())) == len(names) - len(said)
    assert list(library.scan()) == []


def test_an_interrupt_says_where_things_stand(
    library: Library, tmp_path: Path, dam_process: CommandProcess
) -> None:
    write(tmp_path / "files" / "1", b"one")
    write(tmp_path / "files" / "2", b"two")
    add(library, tmp_path / "files")
    with (tmp_path / "files" / "2").open("r+b") as file:
        file.truncate(1 << 36)  # It takes minutes to read.
    process = dam_process.start("scan", "-v", env={"DAM_WORKERS": "0"})
    wait_until_open(process.pid, tmp_path / "files" / "2")
    process.send_signal(signal.SIGINT)
    result = dam_process.finish(process)
    assert result.exit_code == 130
    assert result.stdout.startswith("present")
    assert "1 known: 1 present" in result.stderr
    assert "the same command goes on from there" in result.stderr
    write(tmp_path / "files" / "2", b"2")
    assert scan(library) == {"2": "changed"}


def wait_until_open(process: int, path: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for link in Path(f"/proc/{process}/fd").iterdir():
            try:
                if os.readlink(link) == os.fspath(path):
                    return
            except OSError:
                continue
        time.sleep(0.01)
    pytest.fail(f"{path} was never opened")
