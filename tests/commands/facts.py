"""What tests ask about a library and its answers again and again."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, make_url, select

from tests.command_line import CommandInProcess, CommandProcess, Result

Command = CommandInProcess | CommandProcess


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def write(path: Path, data: bytes) -> Path:
    """Write a file, whose times are long past so that they can be trusted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(10**18, 10**18))
    return path


def add(dam: Command, *arguments: str | bytes | Path) -> dict[str, dict[str, Any]]:
    """Add files and return what JSON says of each, by file name."""
    added = dam("add-asset", "--json", *arguments)
    assert "Traceback" not in added.stderr
    return {os.path.basename(one["path"]): one for one in added.json}


def show(dam: Command, asset: object) -> dict[str, Any]:
    """Return what `show --json` says of one asset."""
    shown = dam("show", "--json", str(asset))
    assert shown.exit_code == 0, shown.stderr
    return shown.json[0]


def outcomes(dam: Command, asset: object) -> dict[str, str]:
    """Return how each system ended on an asset."""
    return {run["system"]: run["outcome"] for run in show(dam, asset)["runs"]}


def paths_of(asset: dict[str, Any]) -> set[str]:
    """Return the open places of an asset that JSON describes."""
    return {place["path"] for place in asset["locations"]}


def counts(result: Result) -> dict[str, int]:
    """Return the figures of the summary that `add-asset` ends with."""
    (line,) = (line for line in result.stderr.splitlines() if " seen: " in line)
    seen, _, rest = line.removeprefix("dry run, nothing written: ").partition(" seen: ")
    parts = (part.split() for part in re.split(r" \(|;", rest)[0].split(", "))
    return {"seen": int(seen)} | {name: int(number) for number, name in parts}


def system_counts(dam: Command) -> dict[str, dict[str, Any]]:
    """Return what `status --json` says of each system."""
    (answer,) = dam("status", "--json").json
    return {system["system"]: system for system in answer["systems"]}


def everything() -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Return every row of the library's database and every file of its store, to compare later."""
    engine = create_engine(make_url(os.environ["DATABASE_URL"]))
    metadata = MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        rows = {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return rows, stored_files()


def stored_files() -> dict[str, str]:
    """Return the digest of every file in the store, by path in it."""
    store = Path(os.environ["DAM_STORE"])
    files = (path for path in store.rglob("*") if path.is_file())
    return {str(path.relative_to(store)): sha256(path.read_bytes()) for path in files}


def object_file(digest: str) -> Path:
    """Return the file in which the store keeps the bytes with this SHA-256."""
    return Path(os.environ["DAM_STORE"]) / "objects" / digest[:2] / digest[2:4] / digest
