"""What running a program costs: time, CPU and memory of it and of everything it starts."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

SAMPLE_SECONDS = 0.05

_LEAST = 1e-6
_WATCHED = Path(__file__).with_name("watched.py")


@dataclass(frozen=True)
class Usage:
    """What one run of a program used; seconds and bytes."""

    wall: float
    cpu: float
    """User and system time of the program and all its descendants."""
    own_cpu: float
    """The program's and that of children it waited for: of dam, the coordinator without the workers."""
    peak_pss: int
    """The largest sum of PSS over the processes; 0 if memory was not sampled."""
    status: int
    """The exit code; negative: the signal that ended it."""

    def value(self, what: str) -> float:
        """Return one of the fields by name."""
        return float(getattr(self, what))

    def after(self, start: "Usage") -> "Usage":
        """Return the usage without that of a run that did next to nothing."""
        return replace(
            self,
            wall=max(self.wall - start.wall, _LEAST),
            cpu=max(self.cpu - start.cpu, _LEAST),
            own_cpu=max(self.own_cpu - start.own_cpu, _LEAST),
        )


def usage_of(
    *command: str | Path,
    settings: Mapping[str, str] | None = None,
    memory: bool = False,
    kill_after: float = 0,
    output: Path | None = None,
    fine: Collection[int] = (0,),
) -> Usage:
    """Run a program to its end, or until it is killed; raises ChildProcessError if its exit code is not fine.

    Sampling memory takes time from what is measured, so it is only done where it is asked for. Standard
    output goes to the file `output`.
    """
    with tempfile.TemporaryDirectory(prefix="dam-benchmark-") as name:
        report, errors = Path(name, "report"), Path(name, "errors")
        interval = SAMPLE_SECONDS if memory else 0
        with errors.open("wb") as stderr, (output or Path(os.devnull)).open("wb") as stdout:
            subprocess.run(
                [
                    sys.executable,
                    "-S",
                    _WATCHED,
                    report,
                    str(interval),
                    str(kill_after),
                    *command,
                ],
                check=True,
                env={**os.environ, **(settings or {})},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        used = Usage(**json.loads(report.read_text()))
        if used.status not in fine and not (kill_after and used.status < 0):
            said = errors.read_text(errors="replace")[-2000:]
            raise ChildProcessError(f"failed: {' '.join(map(str, command))}: {used.status}: {said}")
    return used
