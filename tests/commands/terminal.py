"""Run the program before a terminal, as somebody does who watches it."""

import os
import pty
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.command_line import CommandProcess


@dataclass(frozen=True)
class Watched:
    """What came of a command whose stderr was a terminal."""

    exit_code: int
    stdout: bytes
    shown: bytes
    """All that the terminal was sent."""

    @property
    def text(self) -> str:
        """Return what was shown, without what moves the cursor and changes colours."""
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", self.shown.decode())


def watched(program: CommandProcess, *arguments: str | Path) -> Watched:
    """Run the program with its stderr on a terminal; its stdout has to fit into a pipe."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [program.program, *arguments],
        env={**os.environ, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = read_all(ours)
        assert process.stdout is not None
        stdout = process.stdout.read()
        code = process.wait(60)
    os.close(ours)
    return Watched(code, stdout, shown)


def read_all(terminal: int) -> bytes:
    """Read until the other end is closed."""
    return b"".join(iter(lambda: read_some(terminal), b""))


def read_some(terminal: int) -> bytes:
    """Read what there is, waiting for something; nothing if the other end is closed."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
