"""Adding a tree by the real program with two workers, and killing it at random moments of that."""

import json
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.databases import only_one
from tests.durability.canonical_dump import Dump, canonical_dump
from tests.durability.invariants import Acknowledgement
from tests.durability.running_add import RunningAdd, kill_all, kill_process, wait_until_none_is_left
from tests.durability.scratch_library import ScratchLibrary, empty_library

WORKER_KILLS = 4
"""Workers killed in one run at most: a job that loses its fifth worker is taken for the reason."""


@dataclass(frozen=True)
class KillStudy:
    """A tree, an empty library, and what a run that nobody disturbs makes of them."""

    sources: Path
    before: ScratchLibrary
    seconds: float
    """How long the run takes from its beginning with the first file to its end."""
    files: int
    exit_code: int
    expected: Dump

    def start(self, library: ScratchLibrary, *options: str) -> RunningAdd:
        return RunningAdd(library, "-r", *options, self.sources)


def kill_study(session_folder: Path, name: str, write: Callable[[Path], Path]) -> KillStudy:
    """Return the study of that name; `write` makes its files below a folder and returns their top."""
    folder = session_folder / f"kill-study-{name}"
    with only_one(session_folder / f"kill-study-{name}.lock"):
        if not (folder / "result.json").exists():
            folder.mkdir()
            sources = write(folder / "sources")
            before = empty_library(folder / "before", session_folder)
            (folder / "result.json").write_text(json.dumps(_undisturbed(before, sources, folder)))
    result = json.loads((folder / "result.json").read_text())
    return KillStudy(Path(result.pop("sources")), ScratchLibrary(folder / "before"), **result)


def _undisturbed(before: ScratchLibrary, sources: Path, folder: Path) -> dict[str, object]:
    library = before.copy_to(folder / "undisturbed")
    add = RunningAdd(library, "-r", sources)
    add.wait_until(lambda: add.has_begun)
    begun = time.monotonic()
    result = add.finish()
    assert "Traceback" not in result.stderr, result
    return {
        "sources": str(sources),
        "seconds": time.monotonic() - begun,
        "files": len(result.json),
        "exit_code": result.exit_code,
        "expected": canonical_dump(library.settings()),
    }


@dataclass
class WorkerKiller:
    """Kills workers of a run at moments that are given as seconds after its beginning."""

    add: RunningAdd
    chance: random.Random
    due: list[float]

    def look(self, seconds: float) -> None:
        """Kill a worker if it is time to."""
        if not self.due or seconds < self.due[0]:
            return
        self.due.pop(0)
        if workers := self.add.workers():
            kill_process(self.chance.choice(workers), self.add.library)


def killed_run(
    study: KillStudy, library: ScratchLibrary, chance: random.Random
) -> tuple[bool, list[Acknowledgement]]:
    """Add the tree, kill workers meanwhile and the program itself in the end.

    Return whether it could be killed before it had ended by itself, and what it had acknowledged.
    """
    add = study.start(library)
    try:
        is_time = _moment(add, study, chance)
        kills = sorted(chance.uniform(0, study.seconds) for _ in range(chance.randrange(WORKER_KILLS + 1)))
        killer = WorkerKiller(add, chance, kills)
        add.wait_until(lambda: add.has_begun)
        begun = time.monotonic()

        def came() -> bool:
            seconds = time.monotonic() - begun
            killer.look(seconds)
            return is_time(seconds)

        add.wait_until(came)
        # The whole group at once, as a power supply would, or the program alone.
        add.signal(signal.SIGKILL, whole_group=chance.random() < 0.5)
        return add.finish().exit_code == -signal.SIGKILL, add.said
    except BaseException:
        kill_all(library)
        raise


def _moment(add: RunningAdd, study: KillStudy, chance: random.Random) -> Callable[[float], bool]:
    """Choose a moment: any, or one tied to what has been acknowledged or published by then."""
    kind = chance.choices(["any", "lines", "objects"], [70, 15, 15])[0]
    if kind == "lines":
        lines = chance.randrange(1, study.files)
        return lambda seconds: add.lines >= lines
    if kind == "objects":
        objects = chance.randrange(1, len(study.expected["the library"]["objects"]))
        return lambda seconds: _count_objects(add.library) >= objects
    end = chance.uniform(0, study.seconds)
    return lambda seconds: seconds >= end


def _count_objects(library: ScratchLibrary) -> int:
    return sum(1 for _ in (library.store / "objects").glob("??/??/*"))


def wait_for_orphans(library: ScratchLibrary) -> None:
    """Wait until the workers of a killed program have noticed that they are alone."""
    left = wait_until_none_is_left(library)
    assert left == [], "workers outlive their coordinator"
