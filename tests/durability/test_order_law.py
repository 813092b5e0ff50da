"""The order law holds for a whole add, and breaking any step of it is noticed.

The second half is about the tests themselves: programs with a seeded fault, each of which the trace
checker or the crash harness must catch.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command_line import Result
from tests.durability.invariants import acknowledgements, broken_laws
from tests.durability.order_law import TRACED, acknowledged_in, breaches_of_order
from tests.durability.scratch_library import PROGRAM, ScratchLibrary, write_few_files
from tests.durability.system_call_trace import read_trace, tracing
from tests.services.processes import PROJECT, strace

Command = Sequence[str | Path]


@pytest.fixture(params=["few files", "a large group"])
def sources(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    write_few_files(tmp_path / "sources")
    for number in range(12 if request.param == "a large group" else 0):
        (tmp_path / "sources" / f"text-{number}").write_bytes(b"text number %d\n" % number)
    return tmp_path / "sources"


def faulty(fault: str) -> Command:
    return [sys.executable, "-m", "tests.durability.faulty_program", fault]


def add(
    library: ScratchLibrary, program: Command, sources: Path, options: Sequence[str], workers: int = 0
) -> Result:
    log = library.folder / "strace.log"
    command = [*strace()[:1], *tracing(log, *options), *program, "add-asset", "--json", "-r", sources]
    more = {"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1", "DAM_WORKERS": str(workers)}
    return library.run(command, **more)


def breaches(library: ScratchLibrary, program: Command, sources: Path, workers: int = 0) -> list[str]:
    options = ["--seccomp-bpf", "-s", "1000000", "-e", f"trace={TRACED}"]
    result = add(library, program, sources, options, workers)
    assert result.exit_code == 0, result
    calls = read_trace(library.folder / "strace.log")
    assert acknowledged_in(calls) == result.json, "the trace must have what was said"
    assert len(result.json) == len(list(sources.iterdir()))
    return breaches_of_order(calls, library.database, library.store)


def test_every_step_is_durable_before_the_next_one_relies_on_it(
    library: ScratchLibrary, sources: Path
) -> None:
    assert breaches(library, [PROGRAM], sources) == []
    syncs_everything = any(
        call.name == "syncfs" and call.succeeded for call in read_trace(library.folder / "strace.log")
    )
    assert syncs_everything, "no group was synced as a whole, so the law was not tried on that"


def test_so_it_is_when_worker_processes_take_part(library: ScratchLibrary, sources: Path) -> None:
    assert breaches(library, [PROGRAM], sources, workers=2) == []


@pytest.mark.parametrize(
    ("fault", "breach"),
    [
        ("skip_sync_of_bytes", "it was named before its bytes were durable"),
        ("skip_sync_of_folders", "its row was written before its name was durable"),
        ("skip_sync_of_new_parents", "its row was written before the new folder objects/80 was durable"),
        ("skip_sync_of_rows", "acknowledged before its row was durable"),
        ("row_before_bytes", "its row was written before its bytes had a name"),
    ],
)
def test_a_seeded_fault_breaks_the_order_law(
    fault: str, breach: str, library: ScratchLibrary, sources: Path
) -> None:
    found = breaches(library, faulty(fault), sources)
    assert f"{sources / 'a-picture.png'}: {breach}" in found


def test_a_sync_that_cannot_hear_of_earlier_errors_breaks_the_order_law(
    library: ScratchLibrary, sources: Path
) -> None:
    found = breaches(library, faulty("watch_too_late"), sources)
    expected = f"{sources / 'a-picture.png'}: it was named before its bytes were durable"
    assert (expected in found) == (len(list(sources.iterdir())) > 4), "few files are synced one by one"


def laws_broken_when(fault: str, injected: str, library: ScratchLibrary, sources: Path) -> list[str]:
    call = injected.partition(":")[0]
    options = ["-e", f"trace={call}", "-e", f"inject={injected}"]
    result = add(library, faulty(fault), sources, options)
    broken = broken_laws(library.settings(), acknowledgements(result.stdout))
    return [law.rpartition(": ")[0] for law in broken]


def test_a_row_before_its_bytes_is_caught_by_killing(library: ScratchLibrary, sources: Path) -> None:
    found = laws_broken_when("row_before_bytes", "linkat:signal=SIGKILL:when=1", library, sources)
    contents = {path.read_bytes() for path in sources.iterdir()}
    assert found == ["a row claims bytes that are not in the store"] * len(contents)


def test_a_swallowed_error_is_caught_by_a_full_disk(library: ScratchLibrary, sources: Path) -> None:
    empty = library.copy_to(library.folder.with_name("empty"))
    log = library.folder / "strace.log"
    add(library, [PROGRAM], sources, ["-e", "trace=write"])
    # Not the picture: its second name would heal it.
    note = next(call for call in read_trace(log) if b"a note\n" in call.strings)
    shutil.rmtree(library.folder)
    injected = f"write:error=ENOSPC:when={note.nth}"
    assert "an object that does not hash to its name" in laws_broken_when(
        "swallow_write_errors", injected, empty, sources
    )
