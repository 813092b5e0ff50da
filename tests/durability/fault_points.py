"""The moments at which adding a few files can be hit, found by tracing it once undisturbed.

strace counts calls by name and thread, so a point is a name and a number; the k-th `write` of one
thread. Programs run from a compiled copy of their modules that only this study writes, so that
nobody's compiling changes the counts meanwhile.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command_line import Result
from tests.databases import only_one
from tests.durability.canonical_dump import Dump, canonical_dump
from tests.durability.invariants import object_path
from tests.durability.scratch_library import (
    FEW_FILES,
    PROGRAM,
    ScratchLibrary,
    empty_library,
    write_few_files,
)
from tests.durability.system_call_trace import MUTATING, Call, read_trace, tracing
from tests.services.processes import strace

PICTURE = "a-picture.png"


@dataclass(frozen=True)
class Point:
    """The how many-th call of a name, and what it is about, to read in a report."""

    call: str
    nth: int
    about: str

    def __str__(self) -> str:
        return f"{self.call} number {self.nth} ({self.about})"


@dataclass(frozen=True)
class Study:
    """A library before an add, the files to add, and what a run that nobody disturbs makes of them."""

    before: ScratchLibrary
    sources: Path
    compiled: Path
    points: tuple[Point, ...]
    expected: Dump
    exit_code: int
    damaged: frozenset[str]

    def add(self, library: ScratchLibrary, wrapped_in: Iterable[str] = ()) -> Result:
        """Run `add-asset` as a process, perhaps wrapped in another program."""
        return _add(library, self.sources, self.compiled, wrapped_in)

    def add_with_fault(self, library: ScratchLibrary, point: Point, fault: str) -> tuple[Result, bool]:
        """Run `add-asset` so that it meets `fault` at a point; tell whether it came that far."""
        log = library.folder / "strace.log"
        inject = f"inject={point.call}:{fault}:when={point.nth}"
        options = tracing(log, "-s", "256", "-e", f"trace={point.call}", "-e", inject)
        if not fault.startswith("signal"):
            options.insert(0, "--seccomp-bpf")
        result = self.add(library, [*strace()[:1], *options])
        reached = result.exit_code == -9 if "SIGKILL" in fault else "(INJECTED)" in log.read_text("latin-1")
        return result, reached and self._hit(library, point, read_trace(log))

    def _hit(self, library: ScratchLibrary, point: Point, calls: list[Call]) -> bool:
        return any(call.nth == point.nth and call.touches(library.folder) for call in calls)


def study(session_folder: Path, beginning: str) -> Study:
    """Return the study of adding to a library in some state: "fresh", or "wounded" by a crash before."""
    folder = session_folder / f"crash-study-{beginning}"
    strace()  # Fails or skips where there is none.
    with only_one(session_folder / f"crash-study-{beginning}.lock"):
        if not (folder / "result.json").exists():
            _prepare(folder, session_folder, beginning)
    result = json.loads((folder / "result.json").read_text())
    return Study(
        before=ScratchLibrary(folder / "before"),
        sources=folder / "sources",
        compiled=folder / "compiled",
        points=tuple(Point(**point) for point in result["points"]),
        expected=result["expected"],
        exit_code=result["exit_code"],
        damaged=frozenset(result["damaged"]),
    )


def _prepare(folder: Path, session_folder: Path, beginning: str) -> None:
    folder.mkdir()
    sources, compiled = folder / "sources", folder / "compiled"
    write_few_files(sources)
    before = empty_library(folder / "before", session_folder)
    damaged = _wound(before, sources) if beginning == "wounded" else []

    undisturbed = before.copy_to(folder / "undisturbed")
    result = _add(undisturbed, sources, compiled, (), PYTHONDONTWRITEBYTECODE="")
    if "Traceback" in result.stderr or len(result.json) != FEW_FILES:
        pytest.fail(f"an undisturbed run fails: {result}")

    traced = before.copy_to(folder / "traced")
    log = folder / "strace.log"
    options = tracing(log, "--seccomp-bpf", "-s", "256", "-e", f"trace={MUTATING}")
    _add(traced, sources, compiled, [*strace()[:1], *options])
    points = {
        (call.name, call.nth): _about(call, traced.folder)
        for call in reversed(read_trace(log))
        if call.is_mutating() and call.touches(traced.folder)
    }
    (folder / "result.json").write_text(
        json.dumps(
            {
                "points": [
                    {"call": name, "nth": nth, "about": about}
                    for (name, nth), about in reversed(points.items())
                ],
                "expected": canonical_dump(undisturbed.settings()),
                "exit_code": result.exit_code,
                "damaged": damaged,
            }
        )
    )


def _add(
    library: ScratchLibrary, sources: Path, compiled: Path, wrapped_in: Iterable[str], **more: str
) -> Result:
    return library.run(
        [*wrapped_in, PROGRAM, "add-asset", "--json", "--recursive", sources],
        **{"PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": "1", **more},
    )


def _wound(library: ScratchLibrary, sources: Path) -> list[str]:
    """Leave what a crash and a bad disk leave: a known picture cut short, and what dead writers staged."""
    (added,) = library.add_here([sources / PICTURE])
    assert added.sha256 is not None
    stored = object_path(library.store, added.sha256.hex())
    whole = stored.read_bytes()
    stored.chmod(0o644)
    stored.write_bytes(whole[:100])
    stored.chmod(0o444)
    (library.store / "tmp" / f"{'0' * 32}.tmp").write_bytes(whole[:50])
    (library.store / "tmp" / ("1" * 32)).mkdir()
    (library.store / "tmp" / ("1" * 32) / ("2" * 32)).write_bytes(whole[:70])
    # Read again, since its place is known and nothing about the file itself has changed.
    os.utime(sources / PICTURE, (1, 1))
    return [added.sha256.hex()]


def _about(call: Call, folder: Path) -> str:
    return ", ".join(path.replace(f"{folder}/", "") for path in call.paths)
