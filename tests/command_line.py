"""The command line as a user meets it: arguments, environment and input in, output and exit code out."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

Argument = str | bytes | os.PathLike[str] | os.PathLike[bytes]
Changes = Mapping[str, str | os.PathLike[str] | None]
"""Environment variables to set, or to remove where the value is None."""


@dataclass(frozen=True)
class Result:
    """What one command left behind; bytes that are not UTF-8 are kept as lone surrogates."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> list[dict[str, Any]]:
        """The objects printed by `--json`, one a line."""
        return [json.loads(line) for line in self.stdout.split("\n") if line]


class CommandInProcess:
    """Calls the command line's entry point in this process, with file descriptors of its own."""

    def __call__(
        self,
        *arguments: Argument,
        env: Changes | None = None,
        cwd: Path | None = None,
        stdin: str | bytes = b"",
    ) -> Result:
        """Run one command."""
        from dam.cli import main

        with contextlib.ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for name, value in (env or {}).items():
                if value is None:
                    patch.delenv(name, raising=False)
                else:
                    patch.setenv(name, os.fspath(value))
            stack.enter_context(contextlib.chdir(cwd or Path.cwd()))
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            files[0].write(_encoded(stdin))
            files[0].seek(0)
            with _standard_streams(files, patch):
                exit_code = _exit_code(main, [os.fsdecode(argument) for argument in arguments])
            for file in files:
                file.seek(0)
            return Result(exit_code, _decoded(files[1].read()), _decoded(files[2].read()))


def _exit_code(main: Any, arguments: list[str]) -> int:
    try:
        return int(main(arguments))
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)


@contextlib.contextmanager
def _standard_streams(files: Sequence[IO[bytes]], patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put files in the place of descriptors 0, 1 and 2, which child processes share too."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(descriptor) for descriptor in range(3)]
    try:
        for descriptor, file in enumerate(files):
            os.dup2(file.fileno(), descriptor)
        # Left open: a logging handler that outlives the call must not find its stream closed.
        stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
        patch.setattr(sys, "stdin", os.fdopen(0, encoding="utf-8", closefd=False))
        patch.setattr(sys, "stdout", stdout)
        patch.setattr(sys, "stderr", stderr)
        try:
            yield
        finally:
            stdout.flush()
            stderr.flush()
    finally:
        for descriptor, copy in enumerate(saved):
            os.dup2(copy, descriptor)
            os.close(copy)


class CommandProcess:
    """Runs the installed program in processes of its own.

    `scripts` is a venv's folder of programs, `wrapper` a command that runs another one.
    """

    def __init__(self, scripts: Path | None = None, wrapper: Sequence[str] = ()) -> None:
        self._wrapper = wrapper
        self._started: list[subprocess.Popen[bytes]] = []
        self.program = (scripts or Path(sysconfig.get_path("scripts"))) / "dam-cli"

    def __call__(
        self,
        *arguments: Argument,
        env: Changes | None = None,
        cwd: Path | None = None,
        stdin: str | bytes = b"",
        timeout: float = 120,
    ) -> Result:
        """Run one command to its end."""
        process = self.start(*arguments, env=env, cwd=cwd, stdin=subprocess.PIPE)
        return self.finish(process, stdin, timeout)

    def start(
        self,
        *arguments: Argument,
        env: Changes | None = None,
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start a command and return at once; what it starts in turn is in its process group."""
        changed = {name: value for name, value in (env or {}).items() if value is not None}
        kept = {name: value for name, value in os.environ.items() if name not in (env or {})}
        process = subprocess.Popen(
            [*self._wrapper, self.program, *arguments],
            env={**kept, **changed},
            cwd=cwd,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def finish(
        self, process: subprocess.Popen[bytes], stdin: str | bytes = b"", timeout: float = 120
    ) -> Result:
        """Wait for a started command and return what it left behind."""
        stdout, stderr = process.communicate(_encoded(stdin) if process.stdin else None, timeout=timeout)
        code = process.returncode
        # A shell, too, shows death by signal n as 128 + n.
        return Result(code if code >= 0 else 128 - code, _decoded(stdout), _decoded(stderr))

    def end_all(self) -> None:
        """Kill what a failed test left running."""
        for process in self._started:
            with process:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


def _encoded(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
