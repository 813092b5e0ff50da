"""What the ledger and the tables say, before and after."""

from typing import Any

from tests.command_line import CommandProcess
from tests.migrations.schemas import rows_of


def runs_by_system(url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Return the ledger: for every system its entities with version, outcome and message."""
    rows = rows_of(url)
    names = dict(rows["system"])
    found: dict[str, set[tuple[Any, ...]]] = {name: set() for name in names.values()}
    for entity, system, *rest in rows["ledger"]:
        found[names[system]].add((entity, *rest))
    return found


def pending(dam: CommandProcess) -> dict[str, int]:
    """Return the systems that are pending, with the number of entities."""
    status = dam("status", "--json")
    assert status.exit_code == 0, status.stderr
    return {row["system"]: row["pending"] for row in status.json[0]["systems"] if row["pending"]}
