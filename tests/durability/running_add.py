"""An add that runs as a program with worker processes of its own, to be watched, interrupted and killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.command_line import Result
from tests.durability.invariants import Acknowledgement, acknowledgements
from tests.durability.scratch_library import PROGRAM, ScratchLibrary

PATIENCE = 120.0
"""Seconds after which something that must happen has not happened, on however busy a machine."""
_PAUSE = 0.002


class RunningAdd:
    """`dam-cli add-asset --json`, started. What it says goes into files, so that it never waits for us."""

    def __init__(
        self,
        library: ScratchLibrary,
        *arguments: str | Path,
        workers: int = 2,
        stdin: int = subprocess.DEVNULL,
        **environment: str,
    ) -> None:
        self.library = library
        self._before = set(os.listdir(library.store / "tmp"))
        self._stdout = library.folder / "stdout"
        self._stderr = library.folder / "stderr"
        with self._stdout.open("wb") as stdout, self._stderr.open("wb") as stderr:
            self.process = subprocess.Popen(
                [PROGRAM, "add-asset", "--json", *arguments],
                env=library.environment(**{"DAM_WORKERS": str(workers), **environment}),
                cwd=library.folder,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def has_begun(self) -> bool:
        """Tell whether it has given work to its workers, or has nothing to give any more."""
        return not self.is_running or not self._before.issuperset(os.listdir(self.library.store / "tmp"))

    @property
    def said(self) -> list[Acknowledgement]:
        """Return what it has acknowledged so far."""
        return acknowledgements(os.fsdecode(self._stdout.read_bytes()))

    @property
    def lines(self) -> int:
        """Count its acknowledgements so far."""
        return self._stdout.read_bytes().count(b"\n")

    @property
    def stderr(self) -> str:
        return os.fsdecode(self._stderr.read_bytes())

    def wait_until(self, condition: Callable[[], object]) -> bool:
        """Wait for something; return whether it came about while the program ran."""
        deadline = time.monotonic() + PATIENCE
        while self.is_running:
            if condition():
                return True
            assert time.monotonic() < deadline, f"nothing happens: {self.stderr}"
            time.sleep(_PAUSE)
        return False

    def workers(self) -> list[int]:
        """Return the processes that do its work."""
        above = {self.process.pid, os.getpid()}
        return [pid for pid in processes_of(self.library) if _parent(pid) not in above]

    def signal(self, number: signal.Signals, *, whole_group: bool = False) -> None:
        """Send it a signal; to its whole process group, as a terminal does, or to it alone."""
        if not self.is_running:
            return
        if whole_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def finish(self) -> Result:
        """Wait for its end; the exit code of a killed one is negative."""
        self.process.wait(PATIENCE)
        return Result(self.process.returncode, os.fsdecode(self._stdout.read_bytes()), self.stderr)


def processes_of(library: ScratchLibrary) -> list[int]:
    """Return the processes that have this library in their environment: the program and all it started."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _belongs_to(name, library)]


def kill_process(process: int, library: ScratchLibrary) -> None:
    """Kill a process of this library, if it is still that and not a stranger with its number."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        if _belongs_to(str(process), library):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


def kill_all(library: ScratchLibrary) -> None:
    """Kill what a failed test left running."""
    for process in processes_of(library):
        kill_process(process, library)


def wait_until_none_is_left(library: ScratchLibrary, seconds: float = PATIENCE) -> list[int]:
    """Wait until no process of this library lives; return those that do even so."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(library)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def finish_all(adds: Sequence[RunningAdd]) -> list[Result]:
    """Wait for several to end."""
    return [add.finish() for add in adds]


def _belongs_to(process: str, library: ScratchLibrary) -> bool:
    mark = os.fsencode(f"DAM_STORE={library.store}\0")
    try:
        return mark in Path("/proc", process, "environ").read_bytes() and _status(process)[0] != "Z"
    except OSError:
        return False


def _parent(process: int) -> int:
    try:
        return int(_status(str(process))[1])
    except OSError:
        return os.getpid()  # It has ended, so that it is nobody's worker.


def _status(process: str) -> list[str]:
    """Return what the kernel says of a process: its state (Z if it is dead), its parent, ..."""
    return Path("/proc", process, "stat").read_text(errors="replace").rpartition(")")[2].split()
