"""A media kind dropped in later as a folder of the package makes exactly its own facts pending."""

import json
from pathlib import Path
from typing import Any

import pytest

from dam.migrations.state import revisions
from tests.migrations.checkout import Checkout, succeeded
from tests.migrations.schemas import rows_of
from tests.plugins.ledgers import runs_by_system
from tests.plugins.packages import KIND, SYSTEM

FILES = {"sheet1": b"SHEET\n", "sheet2": b"SHEET\nSHEET\n", "plain": b"else", "picture": b"GIF89a\1\0\1\0"}
RECOGNISE, COUNT = "kind.recognise", "sheets.count_lines"
NEXT = f"{int(revisions()[-1]) + 1:04}"


@pytest.fixture
def checkout(tmp_path: Path, database_url: str) -> Checkout:
    """A copy of the checkout with a library in which all files are up to date."""
    made = Checkout.copied_to(tmp_path / "checkout", database_url)
    for name, content in FILES.items():
        (made.folder / name).write_bytes(content)
    succeeded(made.dam("setup-db"))
    succeeded(made.dam("add-asset", *FILES))
    return made


def drop_in(checkout: Checkout) -> None:
    """Do what the developer guide says: a folder, a migration, an upgrade."""
    checkout.write("models/sheets/__init__.py", KIND)
    system = SYSTEM.replace("dam_sheets.models", "dam.models.sheets")
    checkout.write("models/sheets/sheet_lines_component.py", system)
    assert checkout.dam("status").returncode == 8, "the models are ahead until there is a migration"
    succeeded(checkout.alembic("revision", "--autogenerate", "-m", "sheets"))
    assert (checkout.package / "migrations" / "versions" / f"{NEXT}_sheets.py").exists()
    behind = checkout.dam("status")
    assert (behind.returncode, "dam-cli setup-db" in behind.stderr) == (8, True)
    succeeded(checkout.dam("setup-db"))


def systems(checkout: Checkout) -> dict[str, dict[str, Any]]:
    status = json.loads(succeeded(checkout.dam("status", "--json")))
    return {row["system"]: row for row in status["systems"]}


def runs_of(checkout: Checkout) -> list[tuple[int, str]]:
    """Run what is pending and return what ran on what."""
    lines = succeeded(checkout.dam("run", "--json")).splitlines()
    return [(result["entity"], run["system"]) for result in map(json.loads, lines) for run in result["runs"]]


def test_its_facts_are_made_for_files_that_were_there_before_and_nothing_else_is(
    checkout: Checkout, database_url: str
) -> None:
    ledger, rows = runs_by_system(database_url), rows_of(database_url)
    drop_in(checkout)
    kept = rows_of(database_url)
    assert {name: kept[name] for name in rows if name != "alembic_version"} == {
        name: rows[name] for name in rows if name != "alembic_version"
    }
    assert {name: row["pending"] for name, row in systems(checkout).items() if row["pending"]} == {
        RECOGNISE: len(FILES)
    }, "what a file is has to be asked again before it is known which of them are sheets"

    sheets = {entity for entity, name in original_names(database_url) if name.startswith(b"sheet")}
    ran = runs_of(checkout)
    assert {entity for entity, system in ran if system == COUNT} == sheets
    assert {system for _, system in ran} == {RECOGNISE, COUNT}
    assert runs_of(checkout) == []

    after = runs_by_system(database_url)
    assert {entity for entity, *_ in after.pop(COUNT)} == sheets
    ledger.pop(RECOGNISE)
    after.pop(RECOGNISE)
    assert after == ledger, "no other system ran again"
    assert sorted(lines for _, lines in rows_of(database_url)["sheets_lines"]) == [1, 2]
    assert rows_of(database_url)["image"] == rows["image"]


def test_running_recognition_alone_leaves_exactly_the_new_systems_entities_pending(
    checkout: Checkout,
) -> None:
    drop_in(checkout)
    succeeded(checkout.dam("run", RECOGNISE))
    pending = {name: row["pending"] for name, row in systems(checkout).items() if row["pending"]}
    assert pending == {COUNT: 2}
    succeeded(checkout.dam("run", COUNT))
    assert not any(row["pending"] for row in systems(checkout).values())


def original_names(url: str) -> list[tuple[int, bytes]]:
    return [(entity, bytes(name)) for entity, _, name in rows_of(url)["file_properties"]]
