"""Run a piece of Python in a process of its own: without privileges, under strace, on a tiny disk."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def run_python(
    code: str, *arguments: object, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run `code` with `arguments`, wrapped in the command `before`."""
    command = [*before, sys.executable, "-B", "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def run_python_unprivileged(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `code` so that permissions count, as they do not for the superuser."""
    # The same user without the capability, since another one may not even reach our interpreter.
    drop = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    return run_python(code, *arguments, before=drop if os.geteuid() == 0 else ())


def run_on_tiny_disk(code: str, mount_point: Path, kilobytes: int) -> subprocess.CompletedProcess[str]:
    """Run `code` with a real file system of that size at `mount_point`, which is its first argument."""
    mount_point.mkdir()
    mount = f'mount -t tmpfs -o size={kilobytes}k tmpfs "$0" && exec "$@"'
    return run_python(code, mount_point, before=(*own_mounts(), "sh", "-c", mount, str(mount_point)))


def own_mounts() -> tuple[str, ...]:
    """Return the command that gives another one mounts of its own."""
    namespace = ("unshare", "-Urm")
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let us have mounts of our own (unshare -Urm)")
    return namespace


def strace(*options: str) -> tuple[str, ...]:
    """Return the command that traces another one. Where CI is set, strace has to be there."""
    program = shutil.which("strace")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("strace is not installed")
        pytest.skip("strace is not installed")
    return (program, "-f", "-qq", *options)
