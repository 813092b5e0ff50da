"""A migration that is killed leaves the old schema or the new one, and can be done again."""

from pathlib import Path

import pytest
from sqlalchemy import text

from dam.migrations.state import revisions
from dam.migrations.upgrade import upgrade_database
from tests.migrations.filling import fill
from tests.migrations.schemas import connected, everything_in, schema_of
from tests.services.processes import PROJECT, run_python, strace

WRITES = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")
MIGRATE = """
import sys
from dam.migrations.upgrade import upgrade_database
upgrade_database(sys.argv[1])
"""


def kill_at_changes(url: str, *which: str) -> int:
    program = (PROJECT / "tests" / "migrations" / "kill_at_statement.py").read_text()
    done = run_python(program, url, *which)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("which", ["some", pytest.param("all", marks=pytest.mark.deep)])
@pytest.mark.parametrize("revision", [None, *revisions()[:-1]])
def test_killed_before_any_of_its_changes_it_has_done_nothing(
    empty_database_url: str, database_url: str, revision: str | None, which: str
) -> None:
    """The program asserts that, goes on to the next change, and at last lets one migration end."""
    if revision is None:
        touch(empty_database_url)
    else:
        upgrade_database(empty_database_url, revision=revision)
        fill(empty_database_url)
    # From the last revision but one there is a single change, beside its number.
    assert kill_at_changes(empty_database_url, which) >= (3 if revision else 9)
    assert schema_of(empty_database_url) == schema_of(database_url)


def touch(url: str) -> None:
    with connected(url) as connection:
        connection.execute(text("SELECT 1"))


def write_calls(url: str, log: Path) -> dict[str, int]:
    """Return how often a migration calls each system call that changes files."""
    done = run_python(MIGRATE, url, before=strace("-o", str(log), "-e", f"trace={','.join(WRITES)}"))
    assert done.returncode == 0, done.stderr
    lines = [line.split(maxsplit=1)[-1] for line in log.read_text().splitlines()]
    return {call: sum(line.startswith(f"{call}(") for line in lines) for call in WRITES}


def kill_at_every_call(tmp_path: Path, step: int) -> int:
    """Kill migrations of the older filled schema at every `step`-th call, and finish each of them."""
    template = f"sqlite:///{tmp_path / 'template.db'}"
    upgrade_database(template, revision=revisions()[-2])
    fill(template)
    old = everything_in(template)
    counts = write_calls(fresh_copy(tmp_path), tmp_path / "log")
    new = everything_in(f"sqlite:///{tmp_path / 'library.db'}")
    points = [(call, k) for call, count in counts.items() for k in range(1, count + 1)][::step]
    for call, k in points:
        url = fresh_copy(tmp_path)
        inject = strace("-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={k}")
        assert run_python(MIGRATE, url, before=inject).returncode != 0, (call, k)
        assert everything_in(url) in (old, new), (call, k)
        upgrade_database(url)
        assert everything_in(url) == new, (call, k)
    return len(points)


def fresh_copy(folder: Path) -> str:
    """Copy the template, with nothing beside it."""
    for old in folder.glob("library.db*"):
        old.unlink()
    (folder / "library.db").write_bytes((folder / "template.db").read_bytes())
    return f"sqlite:///{folder / 'library.db'}"


def test_killed_at_some_writes_to_the_file_it_leaves_the_old_schema_or_the_new(tmp_path: Path) -> None:
    assert kill_at_every_call(tmp_path, step=9) > 3


@pytest.mark.deep
def test_killed_at_any_write_to_the_file_it_leaves_the_old_schema_or_the_new(tmp_path: Path) -> None:
    assert kill_at_every_call(tmp_path, step=1) > 25
