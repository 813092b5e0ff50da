"""Scanning as the tests do it, and what the rows say of places afterwards."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from dam.library import Library
from dam.models.file_location_component import FileLocationComponent
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import show


def scan(dam: CommandInProcess | CommandProcess, *arguments: object, code: int = 0) -> dict[str, Any]:
    """Scan, and return what JSON says of each place that is not simply present, by path."""
    result = dam("scan", "--json", *map(str, arguments))
    assert result.exit_code == code, result
    *places, last = result.json
    figures = last["summary"]
    assert figures["known"] == sum(figures[status] for status in STATUSES)
    return {place["path"]: place for place in places} | {"summary": figures}


STATUSES = ("present", "touched", "back", "offline", "missing", "moved", "changed", "failed")


def statuses(scanned: dict[str, Any]) -> dict[str, str]:
    return {os.path.basename(path): one["status"] for path, one in scanned.items() if path != "summary"}


def history(entity: int) -> list[tuple[bool, str]]:
    """Return whether each place of an entity is closed, and its state, in the order of their making."""
    rows = sorted(rows_of(entity), key=lambda row: row.id)
    return [(row.closed_at is not None, row.state) for row in rows]


def rows_of(entity: int) -> list[FileLocationComponent]:
    with Library.open() as library:
        return [place.row for place in library.assets([entity])[0].locations]


def known(dam: CommandInProcess, path: Path) -> int:
    """Return the entity at a path."""
    return int(show(dam, path)["entity"])


def counts_again(dam: CommandInProcess, folder: Path) -> dict[str, int]:
    """Add everything once more and return how many files ended in what."""
    return Counter(one["status"] for one in dam("add-asset", "--json", "-r", folder).json)
